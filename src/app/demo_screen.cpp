#include "app/demo_screen.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace contactor::app {
namespace {

std::string bar(std::uint64_t part, std::uint64_t whole) {
  constexpr std::size_t kWidth = 30;
  const std::size_t full = whole == 0 ? 0 : static_cast<std::size_t>(part * kWidth / whole);
  std::string text;
  for (std::size_t i = 0; i < kWidth; ++i) text += i < full ? "█" : "░";
  return text;
}

}  // namespace

DemoScreen::DemoScreen(std::string console_url, std::uint64_t orders)
    : console_url_(std::move(console_url)), orders_(orders), is_terminal_(isatty(STDERR_FILENO) != 0) {}

void DemoScreen::draw(const DemoTally& tally, const std::string& fleet, Instant demo_now, Millis running) {
  if (!is_terminal_) {
    if (running - last_line_ < std::chrono::seconds(5)) return;
    last_line_ = running;
    const auto sum = tally.summary();
    fmt::print(stderr,
               "demo: {:>3} s  {} of {} orders settled: {} active, {} failed, {} retried, {} tickets\n",
               running.count() / 1000, sum.orders - sum.open, orders_, sum.active, sum.failed, sum.retried,
               sum.tickets);
    return;
  }
  std::string frame;
  if (drawn_ > 0) frame += fmt::format("\x1b[{}A", drawn_);
  const auto lines = picture(tally, fleet, demo_now, running);
  for (const auto& line : lines) frame += "\x1b[2K" + line + "\n";
  // A shorter picture than the last one leaves no remains.
  for (std::size_t i = lines.size(); i < drawn_; ++i) frame += "\x1b[2K\n";
  drawn_ = std::max(drawn_, lines.size());
  fmt::print(stderr, "{}", frame);
}

void DemoScreen::finish() {
  if (is_terminal_) fmt::print(stderr, "\n");
}

std::vector<std::string> DemoScreen::picture(const DemoTally& tally, const std::string& fleet,
                                             Instant demo_now, Millis running) const {
  const auto sum = tally.summary();
  std::vector<std::string> lines;
  lines.push_back(fmt::format("Contactor demo   {} s, world time {} (40 x)   console: {}",
                              running.count() / 1000, to_rfc3339(demo_now).substr(11, 8), console_url_));
  lines.push_back("");
  lines.push_back("  fleet    " + fleet.substr(0, 110));
  lines.push_back(fmt::format("  settled  {} {:>4} of {}", bar(sum.orders - sum.open, orders_),
                              sum.orders - sum.open, orders_));
  lines.push_back(fmt::format("  active {:>5}   failed {:>4}   retried {:>4}   tickets {:>4}", sum.active,
                              sum.failed, sum.retried, sum.tickets));
  lines.push_back(
      fmt::format("  money: captured {}   released {}   refunded {}   captured without confirmation {}",
                  sum.captured, sum.released, sum.refunded, sum.captured_not_confirmed));
  lines.push_back("");
  for (const auto& [state, count] : tally.by_state())
    lines.push_back(fmt::format("  {:<22}{:>5}", state, count));
  lines.push_back("");
  lines.push_back("  waiting for:");
  for (auto& line : tally.upcoming(6, demo_now)) lines.push_back("  " + line.substr(0, 110));
  return lines;
}

std::string summary_table(const FleetTally& fleet, const DemoTally::Summary& ota, double wall_s) {
  std::string text = "\n";
  const auto row = [&](std::string_view name, std::uint64_t value) {
    text += fmt::format("  {:<26}{:>8}\n", name, value);
  };
  text += fmt::format("  {:<16}{:>9}{:>11}{:>13}{:>9}{:>8}\n", "fleet", "vehicles", "activated",
                      "deactivated", "pending", "failed");
  const auto cloud = [&](std::string_view name, const FleetTally::Row& of) {
    text += fmt::format("  {:<16}{:>9}{:>11}{:>13}{:>9}{:>8}\n", name, of.vehicles, of.activated,
                        of.deactivated, of.pending, of.failed);
  };
  for (const auto& [name, of] : fleet.by_oem) cloud(name, of);
  cloud("all", fleet.whole);
  row("unmapped: no cloud", fleet.unmapped);
  text += "\n  paid services over the air\n";
  row("orders", ota.orders);
  row("active", ota.active);
  row("  of them after retries", ota.retried > ota.failed ? ota.retried - ota.failed : 0);
  row("failed, not charged", ota.failed);
  row("holds captured", ota.captured);
  row("holds released", ota.released);
  row("payments refunded", ota.refunded);
  row("tickets", ota.tickets);
  row("captured, not confirmed", ota.captured_not_confirmed);
  text += fmt::format("  {:<26}{:>7.1f}s\n", "wall time", wall_s);
  return text;
}

std::string summary_json(const FleetTally& fleet, const DemoTally::Summary& ota, double wall_s) {
  std::string by_oem;
  for (const auto& [name, of] : fleet.by_oem)
    by_oem += fmt::format(
        R"({}"{}":{{"vehicles":{},"activated":{},"deactivated":{},"pending":{},"failed":{}}})",
        by_oem.empty() ? "" : ",", name, of.vehicles, of.activated, of.deactivated, of.pending, of.failed);
  // The charging part is zeros until that capability stands.
  return fmt::format(
      R"({{"fleet":{{"vehicles":{},"activated":{},"deactivated":{},"pending":{},"failed":{},"unmapped":{},"by_oem":{{{}}}}},)"
      R"("ota":{{"orders":{},"active":{},"failed":{},"retried":{},"captured":{},"released":{},"refunded":{},"tickets":{},)"
      R"("captured_not_confirmed":{}}},"charging":{{"stats":0,"events":0,"deliveries":0,"delivered":0}},"wall_s":{:.1f}}})",
      fleet.whole.vehicles, fleet.whole.activated, fleet.whole.deactivated, fleet.whole.pending,
      fleet.whole.failed, fleet.unmapped, by_oem, ota.orders, ota.active, ota.failed, ota.retried,
      ota.captured, ota.released, ota.refunded, ota.tickets, ota.captured_not_confirmed, wall_s);
}

}  // namespace contactor::app
