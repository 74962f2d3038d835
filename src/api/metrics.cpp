#include "api/metrics.h"

#include <fmt/format.h>

#include "api/routes.h"

namespace contactor::api {
namespace {

struct Row {
  std::string_view name;
  std::string_view kind;
  std::string_view words;
  std::uint64_t value;
};

void render_row(std::string& out, const Row& row) {
  out += fmt::format("# HELP contactor_{0} {2}\n# TYPE contactor_{0} {1}\ncontactor_{0} {3}\n", row.name,
                     row.kind, row.words, row.value);
}

/// Version texts come from the build; what could break a label is left out all the same.
std::string label(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '"' && c != '\\' && c != '\n') out += c;
  return out;
}

}  // namespace

void Metrics::record(const Route* route, int status, Millis took) {
  Series& series = series_[route];
  series.by_status[status] += 1;
  series.count += 1;
  series.sum_ms += took.count();
  for (std::size_t i = 0; i < kBoundsMs.size(); ++i)
    if (took.count() <= kBoundsMs[i]) series.within[i] += 1;
}

void Metrics::render_routes(std::string& out) const {
  const auto labels = [](const Route* route) {
    if (route == nullptr) return std::string("method=\"-\",route=\"-\"");
    return fmt::format("method=\"{}\",route=\"{}\"", route->method, route->pattern);
  };
  out +=
      "# HELP contactor_api_requests_total Answers by route and status.\n# TYPE contactor_api_requests_total "
      "counter\n";
  for (const auto& [route, series] : series_)
    for (const auto& [status, count] : series.by_status)
      out +=
          fmt::format("contactor_api_requests_total{{{},status=\"{}\"}} {}\n", labels(route), status, count);
  constexpr std::string_view name = "contactor_api_request_seconds";
  out += fmt::format("# HELP {0} From the whole request to its answer.\n# TYPE {0} histogram\n", name);
  for (const auto& [route, series] : series_) {
    const std::string given = labels(route);
    for (std::size_t i = 0; i < kBoundsMs.size(); ++i)
      out += fmt::format("{}_bucket{{{},le=\"{}\"}} {}\n", name, given,
                         static_cast<double>(kBoundsMs[i]) / 1000, series.within[i]);
    out += fmt::format("{0}_bucket{{{1},le=\"+Inf\"}} {2}\n{0}_sum{{{1}}} {3}\n{0}_count{{{1}}} {2}\n", name,
                       given, series.count, static_cast<double>(series.sum_ms) / 1000);
  }
}

void Metrics::render_deliveries(std::string& out, const engine::DeliveryCounters& deliveries) {
  for (const Row& row :
       {Row{"deliveries_in_flight", "gauge", "Charging events sent to clients, or not on record yet.",
            deliveries.in_flight},
        Row{"deliveries_oldest_due_seconds", "gauge",
            "How long the first event of a working endpoint has been due.",
            static_cast<std::uint64_t>(deliveries.oldest_due.count() / 1000)},
        Row{"delivery_endpoints_disabled_total", "counter",
            "Endpoints disabled after days without a success, or by 410.", deliveries.disabled},
        Row{"delivery_endpoints_recovered_total", "counter", "Endpoints that came back by themselves.",
            deliveries.recovered},
        Row{"deliveries_node", "gauge", "1 on the node that delivers.", deliveries.delivers ? 1U : 0U}})
    render_row(out, row);
  const auto by_name = [&out](std::string_view metric, std::string_view kind, std::string_view label_name,
                              std::string_view words, const auto& names, const auto& counts) {
    out += fmt::format("# HELP contactor_{0} {2}\n# TYPE contactor_{0} {1}\n", metric, kind, words);
    for (std::size_t i = 0; i < names.size(); ++i)
      out += fmt::format("contactor_{}{{{}=\"{}\"}} {}\n", metric, label_name, names[i], counts[i]);
  };
  by_name("delivery_attempts_total", "counter", "outcome", "Attempts to deliver a charging event.",
          charging::Spelling<charging::Verdict>::names, deliveries.attempts);
  by_name("delivery_endpoints", "gauge", "standing", "Client services by how they have been answering.",
          charging::Spelling<charging::EndpointHealth::Standing>::names, deliveries.endpoints);
}

std::string Metrics::render(const engine::Counters& counters, std::size_t streams, std::string_view version,
                            const engine::DeliveryCounters* deliveries) const {
  std::string out = fmt::format(
      "# HELP contactor_build_info The running version.\n# TYPE contactor_build_info gauge\n"
      "contactor_build_info{{version=\"{}\"}} 1\n",
      label(version));
  for (const Row& row : {
           Row{"ota_orders_accepted_total", "counter", "Orders stored and started.", counters.accepted},
           Row{"ota_commands_sent_total", "counter", "Configure commands sent to vehicles.",
               counters.commands_sent},
           Row{"ota_activations_confirmed_total", "counter", "Activations that the car confirmed.",
               counters.confirmed},
           Row{"ota_attempts_failed_total", "counter", "Attempts that did not succeed.",
               counters.attempts_failed},
           Row{"ota_activations_escalated_total", "counter", "Activations handed to a technician.",
               counters.escalated},
           Row{"ota_payments_captured_total", "counter", "Payments taken after confirmation.",
               counters.captured},
           Row{"ota_payments_released_total", "counter", "Holds voided.", counters.released},
           Row{"ota_payments_refunded_total", "counter", "Payments given back.", counters.refunded},
           Row{"ota_notices_sent_total", "counter", "Messages handed to a channel.", counters.notices_sent},
           Row{"ota_stale_writes_total", "counter", "Steps that a fence refused.", counters.stale_writes},
           Row{"ota_activations_live", "gauge", "Activations or their money still on the way.",
               counters.live},
           Row{"ota_activations_ready", "gauge", "Activations waiting for their turn.", counters.ready},
           Row{"ota_calls_in_flight", "gauge", "Calls to the IoT API without an answer yet.",
               counters.in_flight},
           Row{"ota_activations_waiting_budget", "gauge", "Activations waiting for the command budget.",
               counters.waiting_budget},
           Row{"ota_outbox_entries", "gauge", "Money and messages still owed.", counters.outbox},
           Row{"ota_breaker_open", "gauge", "1 while new commands wait for the IoT API to recover.",
               counters.breaker_open ? 1U : 0U},
           Row{"node_shards_held", "gauge", "Shards whose work this node does, of 256.", counters.shards},
           Row{"node_leads", "gauge", "1 while probes and housekeeping are this node's.",
               counters.leads ? 1U : 0U},
           Row{"api_event_streams", "gauge", "Open event streams.", streams},
       })
    render_row(out, row);
  if (deliveries != nullptr) render_deliveries(out, *deliveries);
  render_routes(out);
  return out;
}

}  // namespace contactor::api
