// The limit of P7: one fenced statement with binary arrays, and a loop over libpq that does nothing else.

#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/prng.h"
#include "driven.h"
#include "transitions.h"

namespace contactor::bench {
namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Types by their numbers in pg_type, which are fixed.
enum class Element : std::uint32_t { bytea = 17, int8 = 20, int2 = 21 };

[[noreturn]] void give_up(std::string_view what, const PGconn* connection) {
  fmt::print(stderr, "contactor_bench: {}: {}", what, PQerrorMessage(connection));
  std::exit(1);
}

Connection connect(const std::string& to) {
  Connection connection(PQconnectdb(to.c_str()), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) give_up("cannot connect", connection.get());
  return connection;
}

void execute(PGconn* connection, const std::string& sql) {
  const Answer answer(PQexec(connection, sql.c_str()), PQclear);
  const auto status = PQresultStatus(answer.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) give_up("refused", connection);
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) {
    fmt::print(stderr, "contactor_bench: cannot read {}\n", path);
    std::exit(1);
  }
  return text.str();
}

/// A one-dimensional array without nulls in the protocol's binary form.
class BinaryArray {
 public:
  void begin(Element element, std::size_t count) {
    bytes_.clear();
    for (const std::uint32_t word :
         {1U, 0U, static_cast<std::uint32_t>(element), static_cast<std::uint32_t>(count), 1U})
      add_word(word);
  }
  void add(std::int64_t value) {
    add_word(8);
    append(htobe64(static_cast<std::uint64_t>(value)));
  }
  void add(std::int16_t value) {
    add_word(2);
    append(htobe16(static_cast<std::uint16_t>(value)));
  }
  void add(std::string_view value) {
    add_word(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void add_word(std::uint32_t word) { append(htobe32(word)); }
  template <class Number>
  void append(Number number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  std::string bytes_;
};

/// One connection that owns every row whose id leaves `share` when divided by the number of connections.
class Lane {
 public:
  Lane(const BareParams& params, std::uint64_t share)
      : params_(params), connection_(connect(params.connection)), prng_(share + 1) {
    for (std::uint64_t id = share; id < params.rows; id += params.connections) ids_.push_back(id);
    versions_.assign(ids_.size(), 1);
    next_outbox_ = static_cast<std::int64_t>(share) << 40;
    const std::string statement = text_of(params.statement_file);
    const Answer answer(PQprepare(connection_.get(), "step", statement.c_str(), 0, nullptr), PQclear);
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) give_up("cannot prepare", connection_.get());
  }

  void run(std::uint64_t count) {
    for (std::uint64_t done = 0; done < count; done += params_.batch) {
      choose();
      encode();
      send();
    }
  }

 private:
  /// The first `batch` of `chosen_` become different places in `ids_`, in the order of the table.
  void choose() {
    chosen_.resize(ids_.size());
    if (chosen_.front() == chosen_.back())
      for (std::size_t i = 0; i < chosen_.size(); ++i) chosen_[i] = i;
    for (std::size_t i = 0; i < params_.batch; ++i)
      std::swap(chosen_[i], chosen_[i + prng_.below(chosen_.size() - i)]);
    std::sort(chosen_.begin(), chosen_.begin() + static_cast<std::ptrdiff_t>(params_.batch));
  }

  void encode() {
    constexpr std::array kElements{Element::int8,  Element::int8, Element::int2, Element::int8,
                                   Element::bytea, Element::int8, Element::bytea};
    for (std::size_t i = 0; i < arrays_.size(); ++i) arrays_[i].begin(kElements[i], params_.batch);
    for (std::size_t i = 0; i < params_.batch; ++i) {
      const std::size_t place = chosen_[i];
      arrays_[0].add(static_cast<std::int64_t>(ids_[place]));
      arrays_[1].add(versions_[place]++);
      arrays_[2].add(static_cast<std::int16_t>(place % 9));
      arrays_[3].add(static_cast<std::int64_t>(1'760'000'000'000));
      arrays_[4].add(std::string_view(entry_));
      arrays_[5].add(next_outbox_++);
      arrays_[6].add(std::string_view(owed_));
    }
  }

  void send() {
    std::array<const char*, 7> values{};
    std::array<int, 7> sizes{};
    constexpr std::array<int, 7> kBinary{1, 1, 1, 1, 1, 1, 1};
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      values[i] = arrays_[i].bytes().data();
      sizes[i] = static_cast<int>(arrays_[i].bytes().size());
    }
    const Answer answer(
        PQexecPrepared(connection_.get(), "step", 7, values.data(), sizes.data(), kBinary.data(), 1),
        PQclear);
    if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) give_up("the step was refused", connection_.get());
    if (static_cast<std::uint64_t>(PQntuples(answer.get())) != params_.batch) {
      fmt::print(stderr, "contactor_bench: the fence let only {} of {} through\n", PQntuples(answer.get()),
                 params_.batch);
      std::exit(1);
    }
  }

  const BareParams& params_;
  Connection connection_;
  Prng prng_;
  std::vector<std::uint64_t> ids_;
  std::vector<std::int64_t> versions_;
  std::vector<std::size_t> chosen_;
  std::array<BinaryArray, 7> arrays_;
  std::int64_t next_outbox_ = 0;
  const std::string entry_ = std::string(60, 'h');
  const std::string owed_ = std::string(150, 'o');
};

}  // namespace

void bare_libpq(const BareParams& params) {
  if (params.batch == 0 || params.connections == 0 || params.rows / params.connections < 2 * params.batch) {
    fmt::print(stderr, "contactor_bench: each connection needs rows for two batches at least\n");
    std::exit(2);
  }
  const Connection admin = connect(params.connection);
  std::string tables = text_of(params.schema_file);
  constexpr std::string_view kRows = ":rows";
  for (std::size_t at = tables.find(kRows); at != std::string::npos; at = tables.find(kRows, at))
    tables.replace(at, kRows.size(), std::to_string(params.rows));
  execute(admin.get(), tables);
  execute(admin.get(), "VACUUM ANALYZE");
  execute(admin.get(), "CHECKPOINT");
  std::vector<std::unique_ptr<Lane>> lanes;
  for (std::uint64_t i = 0; i < params.connections; ++i) lanes.push_back(std::make_unique<Lane>(params, i));
  wait_for_start();
  say_begun();
  const auto begun = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (auto& lane : lanes) threads.emplace_back([&] { lane->run(params.count / params.connections); });
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  say_result({{"transitions", static_cast<double>(params.count)}, {"seconds", wall.count()}});
}

}  // namespace contactor::bench
