// Counts over all rows. One plain walk: SQLite would sort a million rows to group them, which takes longer.

#include <algorithm>
#include <map>

#include "store/names.h"
#include "store/sqlite/reader.h"

namespace contactor::store::sqlite {
namespace {

constexpr Millis kHour = std::chrono::hours(1);
constexpr int kHoursBack = 24;

/// Rows that agree in everything that is counted but the hour. There are few of these.
struct Group {
  std::string state;
  std::string service_status;
  std::string money_state;
  std::uint64_t count = 0;
  std::uint64_t retried = 0;
  std::uint64_t captured_not_confirmed = 0;
};

class Walk {
 public:
  /// Columns: state, service_status, money_state, retries>0, captured without confirmation, created_at.
  void take(Statement& row) {
    const std::string_view state = row.read_text();
    const std::string_view service_status = row.read_text();
    Group& group = group_of(state, service_status, row.read_text());
    group.count += 1;
    group.retried += static_cast<std::uint64_t>(row.read_number());
    group.captured_not_confirmed += static_cast<std::uint64_t>(row.read_number());
    const std::int64_t hour = row.read_number() / kHour.count();
    if (hour + kHoursBack < newest_hour_) return;
    newest_hour_ = std::max(newest_hour_, hour);
    hours_[hour] += 1;
  }

  Status sum_up(ports::Totals& totals) const {
    std::map<ota::State, std::uint64_t> states;
    std::map<ota::ServiceStatus, std::uint64_t> services;
    std::map<ota::MoneyState, std::uint64_t> money;
    for (const auto& group : groups_) {
      const auto state = ota::parse_state(group.state);
      const auto service = ota::parse_service_status(group.service_status);
      const auto money_state = ota::parse_money_state(group.money_state);
      if (!state || !service || !money_state)
        return fail(ErrorKind::internal, "store", "a row has a state that this program does not know");
      states[*state] += group.count;
      services[*service] += group.count;
      money[*money_state] += group.count;
      totals.retried += group.retried;
      totals.captured_not_confirmed += group.captured_not_confirmed;
    }
    totals.by_state.assign(states.begin(), states.end());
    totals.by_service.assign(services.begin(), services.end());
    totals.by_money.assign(money.begin(), money.end());
    for (auto hour = hours_.lower_bound(newest_hour_ - kHoursBack); hour != hours_.end(); ++hour)
      totals.begun_by_hour.emplace_back(Instant::from_millis(hour->first * kHour.count()), hour->second);
    return {};
  }

 private:
  Group& group_of(std::string_view state, std::string_view service_status, std::string_view money_state) {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      Group& group = groups_[i];
      if (group.state != state || group.money_state != money_state || group.service_status != service_status)
        continue;
      // Rows of one kind stand together: what was met last is looked at first.
      if (i > 0) std::swap(group, groups_[i - 1]);
      return groups_[i > 0 ? i - 1 : 0];
    }
    return groups_.emplace_back(
        Group{std::string(state), std::string(service_status), std::string(money_state)});
  }

  std::vector<Group> groups_;
  std::map<std::int64_t, std::uint64_t> hours_;
  std::int64_t newest_hour_ = 0;
};

}  // namespace

template <class Take>
Status Reader::each_row(std::string_view sql, Take take) {
  CTR_TRY(statement, start(sql));
  for (;;) {
    const auto found = statement->step();
    if (!found || !*found) {
      statement->end();
      return found ? Status() : Status(std::unexpected(found.error()));
    }
    take(*statement);
  }
}

Result<ports::Totals> Reader::totals() {
  ports::Totals totals;
  Walk walk;
  const auto take = [&](Statement& row) { walk.take(row); };
  CTR_CHECK(each_row(
      "SELECT state, service_status, money_state, retries>0, money_state IN ('capturing','captured') AND "
      "confirmed_at IS NULL, created_at FROM ota_activation",
      take));
  CTR_CHECK(each_row(
      "SELECT state, service_status, money_state, retries>0, money_state IN ('capturing','captured') AND "
      "confirmed_at IS NULL, created_at FROM ota_activation_archive",
      take));
  CTR_CHECK(walk.sum_up(totals));
  std::map<ota::Priority, std::uint64_t> open;
  const auto take_tickets = [&](Statement& row) {
    const auto priority = ota::parse_priority(row.read_text());
    const auto state = ota::parse_ticket_state(row.read_text());
    const auto count = static_cast<std::uint64_t>(row.read_number());
    totals.tickets += count;
    if (priority && (state == ota::TicketState::open || state == ota::TicketState::waiting_customer))
      open[*priority] += count;
  };
  CTR_CHECK(
      each_row("SELECT priority, state, COUNT(*) FROM ota_ticket GROUP BY priority, state", take_tickets));
  totals.open_tickets.assign(open.begin(), open.end());
  CTR_CHECK(each_row("SELECT COUNT(*), MIN(created_at) FROM outbox", [&](Statement& row) {
    totals.outbox = static_cast<std::uint64_t>(row.read_number());
    if (totals.outbox > 0) totals.outbox_oldest_at = row.read_moment();
  }));
  return totals;
}

}  // namespace contactor::store::sqlite
