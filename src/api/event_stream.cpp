#include "api/event_stream.h"

#include <charconv>

#include <fmt/format.h>

#include "api/activation_codec.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr std::size_t kGuestsMax = 256;
constexpr std::size_t kPastMax = 1000;
constexpr Millis kPastKept = std::chrono::minutes(2);
constexpr Millis kHeartbeat = std::chrono::seconds(15);
constexpr Millis kRecheck = std::chrono::seconds(1);

std::string data_of(const ota::Activation& activation, const ota::HistoryEntry& entry) {
  json::object data;
  data["activation"] = activation_object(activation);
  data["event"] = entry.event;
  data["detail"] = entry.detail;
  auto& path = data["path"].emplace_array();
  for (const ota::State state : entry.path) path.emplace_back(ota::to_string(state));
  data["seq"] = entry.seq;
  data["at"] = to_rfc3339(entry.at);
  return json::serialize(data);
}

}  // namespace

EventStream::EventStream(Gate& gate, ports::Timekeeper& time, std::uint64_t boot)
    : gate_(gate), time_(time), boot_(encode_base32(boot >> 1)) {}

bool EventStream::is_full() const { return guests_.size() >= kGuestsMax; }

bool EventStream::send(Guest& guest, const Past& event) {
  if (!guest.visitor.principal.sees(event.ordered_by)) return true;
  return guest.stream->write(guest.visitor.principal.sees_personal_data() ? event.full : event.masked);
}

/// Sends what came after `Last-Event-ID`; where that is no longer known, says so, that the client may read
/// the lists again.
bool EventStream::catch_up(Guest& guest) const {
  const std::string_view id = guest.visitor.last_event_id;
  if (id.empty()) return true;
  std::uint64_t seen = 0;
  const auto dash = id.find('-');
  const bool is_ours =
      dash != std::string_view::npos && id.substr(0, dash) == boot_ &&
      std::from_chars(id.data() + dash + 1, id.data() + id.size(), seen).ptr == id.data() + id.size();
  const std::uint64_t oldest = past_.empty() ? published_ + 1 : past_.front().number;
  if (!is_ours || seen + 1 < oldest || seen > published_)
    return guest.stream->write(
        "event: stream.reset\ndata: {\"reason\":\"events were missed; read the lists again\"}\n\n");
  for (const auto& event : past_)
    if (event.number > seen && !send(guest, event)) return false;
  return true;
}

void EventStream::open(Visitor visitor, const std::shared_ptr<Stream>& stream) {
  Guest guest{.visitor = std::move(visitor), .stream = stream, .number = ++guests_so_far_};
  if (!guest.stream->write("retry: 2000\n: connected\n\n") || !catch_up(guest)) return;
  if (guests_.empty()) beat_at_ = time_.now() + kHeartbeat;
  guests_.push_back(std::move(guest));
  arm();
}

void EventStream::publish(const ota::Activation& activation, const ota::HistoryEntry& entry) {
  const std::uint64_t number = ++published_;
  if (!guests_.empty()) keep_until_ = time_.now() + kPastKept;
  // Nobody listens and nobody will come back soon: composing texts would only slow the engine.
  if (time_.now() > keep_until_) return past_.clear();
  std::string text = fmt::format("event: ota.activation.updated\nid: {}-{}\ndata: {}\n\n", boot_, number,
                                 data_of(activation, entry));
  std::string masked = mask_vin(text, activation.order->vin);
  past_.push_back({.number = number,
                   .ordered_by = activation.order->ordered_by,
                   .full = std::move(text),
                   .masked = std::move(masked)});
  if (past_.size() > kPastMax) past_.pop_front();
  std::erase_if(guests_, [&](Guest& guest) { return !send(guest, past_.back()); });
}

void EventStream::arm() {
  if (armed_ || guests_.empty()) return;
  armed_ = true;
  time_.call_at(time_.now() + kRecheck, [self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->tick();
  });
}

void EventStream::tick() {
  armed_ = false;
  if (time_.now() >= beat_at_) {
    beat_at_ = time_.now() + kHeartbeat;
    std::erase_if(guests_, [](Guest& guest) { return !guest.stream->write(": heartbeat\n\n"); });
  }
  recheck();
  arm();
}

void EventStream::recheck() {
  std::vector<std::pair<std::uint64_t, std::string>> asked;
  for (const auto& guest : guests_)
    // Nobody can revoke who came in through the socket file: there is no token.
    if (!guest.visitor.authorization.empty()) asked.emplace_back(guest.number, guest.visitor.authorization);
  for (auto& [number, authorization] : asked)
    gate_.admit(authorization, [self = weak_from_this(), number](std::expected<Principal, Problem> known) {
      const bool is_refused = !known && known.error().status == 401;
      if (const auto alive = self.lock(); alive && is_refused) alive->dismiss(number);
    });
}

void EventStream::dismiss(std::uint64_t number) {
  const auto found = std::ranges::find(guests_, number, &Guest::number);
  if (found == guests_.end()) return;
  found->stream->close();
  guests_.erase(found);
}

}  // namespace contactor::api
