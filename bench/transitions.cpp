#include "transitions.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/prng.h"
#include "base/result.h"
#include "driven.h"
#include "engine/history_chain.h"
#include "node.h"
#include "ota/advance.h"

namespace contactor::bench {
namespace {

using Write = std::shared_ptr<ports::ActivationWrite>;

/// Walks over all rows again and again, each round in another random order, so that no row has two steps
/// under way as long as fewer are in flight than there are rows.
class Walk {
 public:
  explicit Walk(std::uint64_t rows) : order_(rows) {
    for (std::uint64_t i = 0; i < rows; ++i) order_[i] = i;
  }
  std::uint64_t next() {
    const std::uint64_t place = at_ % order_.size();
    // Picks among the first half of what is left: a row comes back after half a round at the earliest.
    const std::uint64_t reach = std::max<std::uint64_t>((order_.size() - place) / 2, 1);
    std::swap(order_[place], order_[place + prng_.below(reach)]);
    ++at_;
    return order_[place];
  }

 private:
  std::vector<std::uint64_t> order_;
  std::uint64_t at_ = 0;
  Prng prng_{1};
};

ports::OutboxEntry notice_of(const ota::Activation& activation, std::int64_t id, Instant now) {
  ports::OutboxEntry entry{.id = id,
                           .activation_id = activation.id,
                           .kind = ports::OutboxEntry::Kind::email,
                           .key = fmt::format("{}-step-{}", to_string(activation.id), activation.version)};
  entry.next_try_at = entry.created_at = now;
  return entry;
}

class Runner {
 public:
  explicit Runner(const TransitionParams& params)
      : params_(params), opened_(open_store(params.store_url, loop_)), walk_(params.rows) {}

  void run() {
    fill();
    wait_for_start();
    say_begun();
    const auto begun = std::chrono::steady_clock::now();
    total_ = params_.count;
    done_ = sent_ = 0;
    pump([this] { return step(); });
    loop_.run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
    say_result({{"transitions", static_cast<double>(params_.count)}, {"seconds", wall.count()}});
  }

 private:
  void fill() {
    rows_.reserve(params_.rows);
    total_ = params_.rows;
    pump([this] { return open_next(); });
    loop_.run();
  }

  template <class Make>
  void pump(Make make) {
    while (sent_ < total_ && sent_ - done_ < params_.in_flight) {
      ++sent_;
      opened_.store->write(make(), [this, make](Result<ports::WriteOutcome> outcome) {
        CTR_ASSERT(outcome && *outcome == ports::WriteOutcome::applied);
        if (++done_ == total_)
          loop_.stop();
        else if (sent_ - done_ < params_.in_flight / 2)
          pump(make);
      });
    }
  }

  std::int64_t id_number(std::uint8_t shard) {
    const std::int64_t number = ++ids_;
    return ((begun_at_.millis() + (number >> 13)) << 21) | ((number & 0x1fff) << 8) | shard;
  }

  Write open_next() {
    ota::Order order = order_number(sent_, begun_at_);
    const ActivationId id(id_number(order.vin.shard()));
    ota::Step step = ota::open(std::move(order), id, begun_at_,
                               {.policy = policy_, .now = begun_at_, .fresh_ticket = TicketId(1)});
    step.entry->hash = step.next.history_head = engine::chain({}, id, *step.entry);
    rows_.push_back(step.next);
    auto write = std::make_shared<ports::ActivationWrite>();
    write->after = std::move(step.next);
    write->history.push_back(std::move(*step.entry));
    return write;
  }

  /// A step that moves the row to and fro between two waiting states; the decision itself is not measured.
  Write step() {
    ota::Activation& row = rows_[walk_.next()];
    const Instant now = begun_at_ + Millis(static_cast<std::int64_t>(sent_ / 100));
    auto write = std::make_shared<ports::ActivationWrite>();
    write->base_version = row.version++;
    row.state =
        row.state == ota::State::WaitingBackoff ? ota::State::WaitingBudget : ota::State::WaitingBackoff;
    row.next_action_at = now + std::chrono::hours(1);
    row.updated_at = now;
    row.history_count += 1;
    ota::HistoryEntry entry{
        .seq = row.history_count, .at = now, .event = "budget_exhausted", .path = {row.state}};
    entry.actor = "engine";
    entry.node = "bench";
    entry.hash = row.history_head;
    write->after = row;
    write->history.push_back(std::move(entry));
    write->outbox.push_back(notice_of(row, id_number(row.id.shard()), now));
    return write;
  }

  const TransitionParams params_;
  const ota::Policy policy_;
  task::Loop loop_;
  OpenedStore opened_;
  std::vector<ota::Activation> rows_;
  Walk walk_;
  const Instant begun_at_ = loop_.now();
  std::int64_t ids_ = 0;
  std::uint64_t total_ = 0, sent_ = 0, done_ = 0;
};

}  // namespace

void transitions(const TransitionParams& params) { Runner(params).run(); }

}  // namespace contactor::bench
