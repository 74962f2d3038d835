#include "app/fleet_watch.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "app/ask.h"
#include "fleet/oem.h"
#include "json/json.h"
#include "task/loop.h"

namespace contactor::app {
namespace {

volatile std::sig_atomic_t g_interrupts = 0;

/// Only what a signal handler may do: count, and on the second time leave.
void on_interrupt(int) {
  g_interrupts = g_interrupts + 1;
  if (g_interrupts > 1) _exit(130);
}

/// Catches Ctrl+C for as long as it lives.
class Interrupts {
 public:
  Interrupts() {
    g_interrupts = 0;
    struct sigaction action{};
    action.sa_handler = on_interrupt;
    for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
  }
  ~Interrupts() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  [[nodiscard]] bool seen() const { return g_interrupts > 0; }
};

class Bars {
 public:
  void draw(const json::object& run) {
    const auto* const progress = json::object_at(run, "progress");
    if (progress == nullptr || progress->empty()) return;
    is_terminal_ ? draw_bars(*progress) : draw_line(*progress);
  }

 private:
  static std::pair<std::int64_t, std::int64_t> share(const json::value& of_oem) {
    const auto& object = of_oem.as_object();
    return {json::integer_at(object, "done").value_or(0), json::integer_at(object, "total").value_or(0)};
  }

  void draw_bars(const json::object& progress) {
    constexpr std::int64_t kWidth = 40;
    if (lines_ > 0) fmt::print(stderr, "\x1b[{}A", lines_);
    lines_ = 0;
    for (const auto& [oem, value] : progress) {
      const auto [done, total] = share(value);
      const auto filled = static_cast<std::size_t>(total > 0 ? done * kWidth / total : 0);
      fmt::print(stderr, "\x1b[2K{:<12} [{}{}] {}/{}\n", std::string_view(oem), std::string(filled, '#'),
                 std::string(static_cast<std::size_t>(kWidth) - filled, '.'), done, total);
      lines_ += 1;
    }
  }

  void draw_line(const json::object& progress) {
    const Instant now = clock_.now();
    if (now < next_line_at_) return;
    next_line_at_ = now + std::chrono::seconds(5);
    std::string line;
    for (const auto& [oem, value] : progress) {
      const auto [done, total] = share(value);
      line += fmt::format(" {} {}/{}", std::string_view(oem), done, total);
    }
    fmt::print(stderr, "fleet:{}\n", line);
  }

  task::Loop clock_;
  bool is_terminal_ = isatty(STDERR_FILENO) == 1;
  int lines_ = 0;
  Instant next_line_at_;
};

Error error_of(const json::object& run) {
  const auto* const error = json::object_at(run, "error");
  const std::string kind(error == nullptr ? "" : text_at(*error, "kind"));
  return {.kind = kind == "conflict"  ? ErrorKind::conflict
                  : kind == "invalid" ? ErrorKind::invalid
                                      : ErrorKind::internal,
          .retry_after = {},
          .origin = "fleet",
          .detail = std::string(error == nullptr ? "the run failed" : text_at(*error, "detail"))};
}

}  // namespace

Result<json::object> watch_fleet_run(StoreSession& session, const std::string& id) {
  Interrupts interrupts;
  Bars bars;
  bool told = false;
  for (;;) {
    if (interrupts.seen() && !std::exchange(told, true)) {
      fmt::print(stderr, "contactor: stopping; calls in flight get ten seconds\n");
      CTR_CHECK(ask(session, post("/v1/fleet/runs/" + id + "/interrupt")));
    }
    CTR_TRY(run, ask_document(session, get("/v1/fleet/runs/" + id + "?wait=500ms")));
    bars.draw(run);
    const std::string_view state = text_at(run, "state");
    if (state == "failed") return fail(error_of(run));
    if (state == "ended") return run;
  }
}

std::string troubles_of(const json::object& run) {
  const auto* const summary = json::object_at(run, "summary");
  const auto* const by_oem = summary == nullptr ? nullptr : json::object_at(*summary, "by_oem");
  std::string lines;
  for (const fleet::Oem oem : fleet::all_oems) {
    const auto* const row = by_oem == nullptr ? nullptr : json::object_at(*by_oem, fleet::to_string(oem));
    const auto trouble = row == nullptr ? std::string_view() : text_at(*row, "trouble");
    if (!trouble.empty()) lines += fmt::format("{}: {}\n", fleet::shown(oem), trouble);
  }
  return lines;
}

std::string fleet_table(const json::object& summary) {
  const auto number = [](const json::object& from, std::string_view key) {
    return json::integer_at(from, key).value_or(0);
  };
  constexpr std::string_view kRow = "{:<14} {:>9} {:>9} {:>11} {:>8} {:>8} {:>8}\n";
  std::string table = fmt::format(fmt::runtime(kRow), "cloud", "as wanted", "activated", "deactivated",
                                  "pending", "failed", "calls");
  std::string reasons;
  for (const fleet::Oem oem : fleet::all_oems) {
    const auto* const row = json::object_at(*json::object_at(summary, "by_oem"), fleet::to_string(oem));
    if (row == nullptr) continue;
    const auto idle = number(*row, "not_configured");
    const auto held = number(*row, "held");
    table += fmt::format(fmt::runtime(kRow), fleet::shown(oem), number(*row, "as_wanted"),
                         number(*row, "activated"), number(*row, "deactivated"), number(*row, "pending"),
                         number(*row, "failed"), number(*row, "calls"));
    if (idle > 0) {
      const auto missing = text_at(*row, "missing");
      reasons +=
          fmt::format("{}: {}, {} vehicles left as they are\n", fleet::shown(oem),
                      missing.empty() ? "not configured" : fmt::format("not configured, {}", missing), idle);
    }
    if (held > 0)
      reasons += fmt::format("{}: {} vehicles are held by another run\n", fleet::shown(oem), held);
    if (const auto trouble = text_at(*row, "trouble"); !trouble.empty())
      reasons += fmt::format("{}: {}\n", fleet::shown(oem), trouble);
    if (const auto* const why = json::object_at(*row, "reasons"))
      for (const auto& [reason, count] : *why)
        reasons += fmt::format("{}: {} × {}\n", fleet::shown(oem), count.to_number<std::int64_t>(),
                               std::string_view(reason));
  }
  if (const auto unmapped = number(summary, "unmapped"); unmapped > 0)
    reasons += fmt::format("{} vehicles are unmapped: no cloud serves them\n", unmapped);
  return table + reasons;
}

}  // namespace contactor::app
