#include <fmt/format.h>

#include "app/ask.h"
#include "app/doctor.h"
#include "json/json.h"

namespace contactor::app {
namespace {

// So many lines are read by nobody; the rest is counted.
constexpr std::size_t kNamed = 20;

}  // namespace

void check_deliveries(StoreSession& session, Findings& findings) {
  std::size_t resting = 0;
  for (std::string cursor;;) {
    auto page = ask_document(session, get("/v1/charging/client-services?limit=500&cursor=" + cursor));
    if (!page) return;
    const auto* items = json::array_at(*page, "items");
    if (items == nullptr) return;
    for (const auto& item : *items) {
      const auto why = text_at(item.as_object(), "paused_because");
      if (why.empty() || ++resting > kNamed) continue;
      findings.push_back(
          {Level::warning, "delivery", fmt::format("{}: {}", text_at(item.as_object(), "id"), why)});
    }
    cursor = text_at(*page, "next_cursor");
    if (cursor.empty()) break;
  }
  if (resting > kNamed)
    findings.push_back(
        {Level::warning, "delivery", fmt::format("{} more subscriptions rest", resting - kNamed)});
}

}  // namespace contactor::app
