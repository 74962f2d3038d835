// Rows of the store as any SQLite file may hold them. The first line is the kind of row, each further one a
// value: `i` and a number, `t` and a text, `b` and bytes; everything else is null.

#include "fuzz/input.h"
#include "store/sends.h"
#include "store/sqlite/rows.h"

namespace contactor::store::sqlite {
namespace {

constexpr int kValues = 29;

/// A statement that gives back what was bound to it.
Statement& row() {
  static Statement statement = [] {
    sqlite3* database = nullptr;
    sqlite3_stmt* echo = nullptr;
    std::string text = "SELECT ?";
    for (int i = 1; i < kValues; ++i) text += ",?";
    CTR_ASSERT(sqlite3_open(":memory:", &database) == SQLITE_OK);
    CTR_ASSERT(sqlite3_prepare_v2(database, text.c_str(), -1, &echo, nullptr) == SQLITE_OK);
    return Statement(echo);
  }();
  return statement;
}

/// The bytes live as long as the row stands.
void bind_values(Statement& statement, fuzz::Input& input) {
  for (int i = 0; i < kValues; ++i) {
    const auto line = input.line();
    const auto value = line.substr(std::min<std::size_t>(1, line.size()));
    if (line.starts_with('i')) {
      fuzz::Input number(reinterpret_cast<const std::uint8_t*>(value.data()), value.size());
      statement.number(static_cast<std::int64_t>(number.number()));
    } else if (line.starts_with('t')) {
      statement.text(value);
    } else if (line.starts_with('b')) {
      statement.blob({reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
    } else {
      statement.null();
    }
  }
}

/// What was read, written and read again is the same.
template <class Read, class Bind>
void check_round(Statement& statement, Read read, Bind bind, auto same) {
  auto value = read(statement);
  if (!value) {
    CTR_ASSERT(value.error().kind == ErrorKind::internal);
    return;
  }
  statement.start();
  bind(statement, *value);
  CTR_ASSERT(*statement.step());
  const auto again = read(statement);
  CTR_ASSERT(again && same(*again, *value));
}

void check_activation(Statement& s) {
  static const auto order = std::make_shared<const ota::Order>();
  check_round(
      s, read_activation,
      [](Statement& statement, ota::Activation& activation) {
        activation.order = order;
        bind_activation(statement, activation);
      },
      [](const ota::Activation& a, const ota::Activation& b) {
        return a.id == b.id && a.version == b.version && a.state == b.state &&
               a.money_state == b.money_state && a.service_status == b.service_status &&
               a.ends_at == b.ends_at && a.waits_for == b.waits_for &&
               a.last_failure.has_value() == b.last_failure.has_value() && a.history_head == b.history_head;
      });
}

void check_entry(Statement& s) {
  std::string path;
  check_round(
      s, read_entry,
      [&path](Statement& statement, const ota::HistoryEntry& entry) {
        path = path_text(entry.path);
        bind_entry(statement, ActivationId(1), entry, path);
      },
      [](const ota::HistoryEntry& a, const ota::HistoryEntry& b) {
        return a.seq == b.seq && a.at == b.at && a.path == b.path && a.detail == b.detail && a.hash == b.hash;
      });
}

void check_outbox(Statement& s) {
  check_round(
      s, read_outbox,
      [](Statement& statement, const ports::OutboxEntry& entry) { bind_outbox(statement, entry); },
      [](const ports::OutboxEntry& a, const ports::OutboxEntry& b) {
        return a.id == b.id && a.kind == b.kind && a.key == b.key && a.tries == b.tries;
      });
}

void check_notice(Statement& s) {
  check_round(
      s, read_notice,
      [](Statement& statement, const ports::NoticeRecord& notice) { bind_notice(statement, notice); },
      [](const ports::NoticeRecord& a, const ports::NoticeRecord& b) {
        return a.event == b.event && a.outcome == b.outcome && a.at == b.at && a.detail == b.detail;
      });
}

}  // namespace
}  // namespace contactor::store::sqlite

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace sqlite = contactor::store::sqlite;
  contactor::fuzz::Input input(data, size);
  const auto kind = input.line();
  auto& row = sqlite::row();
  row.start();
  sqlite::bind_values(row, input);
  CTR_ASSERT(*row.step());
  if (kind == "activation") sqlite::check_activation(row);
  if (kind == "entry") sqlite::check_entry(row);
  if (kind == "outbox") sqlite::check_outbox(row);
  if (kind == "notice") sqlite::check_notice(row);
  if (kind == "sends") {
    const auto blob = row.read_blob();
    const auto sends = contactor::store::read_sends(blob);
    CTR_ASSERT(sends.size() == blob.size() / 8);
    CTR_ASSERT(std::ranges::equal(contactor::store::sends_blob(sends), blob.first(sends.size() * 8)));
  }
  row.end();
  return 0;
}
