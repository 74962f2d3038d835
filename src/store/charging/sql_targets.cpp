#include <algorithm>

#include "store/charging/sql.h"

namespace contactor::store {
namespace {

using charging::Client;
using charging::ClientService;
using charging::EndpointHealth;
using charging::Service;

constexpr std::array kHealth{SqlColumn{"client_service_id", SqlType::text, false},
                             SqlColumn{"failures", SqlType::int8, false},
                             SqlColumn{"failing_since", SqlType::int8},
                             SqlColumn{"counted_at", SqlType::int8, false},
                             SqlColumn{"last_success_at", SqlType::int8},
                             SqlColumn{"rests_until", SqlType::int8, false},
                             SqlColumn{"disabled_at", SqlType::int8},
                             SqlColumn{"gone", SqlType::boolean, false},
                             SqlColumn{"last_error", SqlType::text, false}};

void put_health_row(SqlRows& rows, const ChargingSql::SubscriptionId& id, const EndpointHealth& health) {
  rows.text(id.str());
  rows.number(health.failures);
  detail::put(rows, health.failing_since);
  detail::put(rows, health.counted_at);
  detail::put(rows, health.last_success_at);
  detail::put(rows, health.rests_until);
  detail::put(rows, health.disabled_at);
  detail::put(rows, health.gone);
  detail::put(rows, health.last_error);
}

Status get_health(SqlRow& row, EndpointHealth& health) {
  if (row.is_null()) {
    for (std::size_t i = 1; i < kHealth.size(); ++i) row.skip();
    return {};
  }
  health.failures = row.number();
  health.failing_since = row.moment();
  health.counted_at = Instant::from_millis(row.number());
  health.last_success_at = row.moment();
  health.rests_until = Instant::from_millis(row.number());
  health.disabled_at = row.moment();
  health.gone = row.number() != 0;
  health.last_error = row.text();
  return {};
}

std::string subscription_reads(const SqlDb& db) {
  return fmt::format("{}, {}, {}", reads_of(db, info_of_model<ClientService>()),
                     reads_of(db, info_of_model<Client>(), "c"), reads_of(db, info_of_model<Service>(), "s"));
}
constexpr std::string_view kFrom =
    "client_service AS t JOIN client AS c ON c.id = t.client_id JOIN service AS s ON s.id = t.service_id";

Status get_subscription(SqlRow& row, charging::Subscription& subscription) {
  CTR_CHECK(get_fields(row, subscription.link));
  CTR_CHECK(get_fields(row, subscription.client));
  return get_fields(row, subscription.service);
}

}  // namespace

Result<std::vector<charging::Subscription>> ChargingSql::subscriptions() {
  const auto& read = text("charging_subscriptions", [&] {
    return fmt::format("SELECT {} FROM {} ORDER BY t.id", subscription_reads(db_), kFrom);
  });
  std::vector<charging::Subscription> found;
  CTR_CHECK(db_.ask(read, {}, [&](SqlRow& row) { return get_subscription(row, found.emplace_back()); }));
  return found;
}

Result<std::vector<ports::DeliveryTarget>> ChargingSql::targets(const SubscriptionId& after,
                                                                std::size_t limit) {
  const auto& read = text("charging_targets", [&] {
    std::string health;
    for (const auto& column : std::span(kHealth).subspan(1)) health += fmt::format(", h.{}", column.name);
    return fmt::format(
        "SELECT {}{}, EXISTS (SELECT 1 FROM event_log AS l WHERE l.client_service_id = t.id AND l.status = "
        "'paused'), "
        "(SELECT min(l.next_attempt_at) FROM event_log AS l WHERE l.client_service_id = t.id AND l.status IN "
        "('pending', 'retrying', 'delivering')) FROM {} LEFT JOIN endpoint_health AS h ON "
        "h.client_service_id = t.id "
        "WHERE t.id > $1::text ORDER BY t.id LIMIT $2::int8",
        subscription_reads(db_), health, kFrom);
  });
  const std::array<SqlValue, 2> values{std::string_view(after.str()),
                                       static_cast<std::int64_t>(std::min(limit, kClaimed))};
  std::vector<ports::DeliveryTarget> found;
  const auto read_row = [&](SqlRow& row) -> Status {
    auto& target = found.emplace_back();
    CTR_CHECK(get_subscription(row, target.subscription));
    CTR_CHECK(get_health(row, target.health));
    target.any_paused = row.number() != 0;
    target.next_due_at = row.moment();
    return {};
  };
  CTR_CHECK(db_.ask(read, values, read_row));
  return found;
}

Status ChargingSql::put_health(const SubscriptionId& id, const EndpointHealth& health,
                               const std::optional<std::string>& paused_because) {
  bool is_known = false;
  const auto note = [&](SqlRow&) -> Status {
    is_known = true;
    return {};
  };
  const std::array<SqlValue, 2> values{std::string_view(id.str()),
                                       paused_because ? SqlValue(*paused_because) : SqlValue()};
  const auto& look =
      text("charging_health_look", [] { return "SELECT 1 FROM client_service AS t WHERE t.id = $1::text"; });
  const auto& pause = text("charging_health_pause", [] {
    // Whoever has read the row before is to read it again.
    return "UPDATE client_service SET paused_because = nullif($2::text, ''), updated_at = "
           "coalesce(updated_at, 0) + 1 "
           "WHERE id = $1::text RETURNING id";
  });
  CTR_CHECK(paused_because ? db_.ask(pause, values, note) : db_.ask(look, std::span(values).first(1), note));
  if (!is_known) return fail(ErrorKind::not_found, "store", "no such subscription");
  const auto& put = text("charging_health_put", [&] {
    std::string changes;
    for (const auto& column : std::span(kHealth).subspan(1))
      changes += fmt::format("{0}{1} = excluded.{1}", changes.empty() ? "" : ", ", column.name);
    return fmt::format(
        "INSERT INTO endpoint_health ({}) SELECT {} FROM {} WHERE true ON CONFLICT (client_service_id) "
        "DO UPDATE SET {}",
        names_of(kHealth), values_of(db_, kHealth), db_.rows_sql(kHealth), changes);
  });
  const auto rows = db_.rows(kHealth);
  put_health_row(*rows, id, health);
  return db_.each(put, *rows, [](SqlRow&) { return Status(); });
}

}  // namespace contactor::store
