#include "store/notice_codec.h"

#include <algorithm>
#include <exception>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "json/json.h"
#include "store/names.h"

namespace contactor {

// Here, because the generic JSON mapping is found in this namespace.
struct StoredNotice {
  std::string event, channel, outcome;
  std::int64_t at = 0;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(StoredNotice, (), (event, channel, outcome, at, detail))

namespace store {
namespace {

std::optional<ports::NoticeRecord> notice_of(ActivationId id, StoredNotice from) {
  const auto event = ota::parse_notice_event(from.event);
  const auto channel = ota::parse_channel(from.channel);
  const auto outcome = parse_notice_outcome(from.outcome);
  if (!event || !channel || !outcome) return std::nullopt;
  return ports::NoticeRecord{.activation_id = id,
                             .event = *event,
                             .channel = *channel,
                             .outcome = *outcome,
                             .at = Instant::from_millis(from.at),
                             .detail = std::move(from.detail)};
}

}  // namespace

/// By hand: it is written with nearly every step where a channel is missing.
std::string encode(std::span<const ports::NoticeRecord> notices) {
  std::string text;
  for (const auto& notice : notices) {
    text += text.empty() ? '[' : ',';
    fmt::format_to(std::back_inserter(text),
                   R"({{"event":"{}","channel":"{}","outcome":"{}","at":{},"detail":{}}})",
                   to_string(notice.event), to_string(notice.channel), to_string(notice.outcome),
                   notice.at.millis(), boost::json::serialize(boost::json::string_view(notice.detail)));
  }
  text += text.empty() ? "[]" : "]";
  return text;
}

Result<std::vector<ports::NoticeRecord>> decode_notices(ActivationId id, std::string_view document) {
  std::vector<ports::NoticeRecord> notices;
  try {
    for (auto& stored : boost::json::value_to<std::vector<StoredNotice>>(boost::json::parse(document))) {
      auto notice = notice_of(id, std::move(stored));
      if (!notice)
        return fail(ErrorKind::internal, "store", "a notice has a name that this program does not know");
      notices.push_back(std::move(*notice));
    }
  } catch (const std::exception& error) {
    return fail(ErrorKind::internal, "store", std::string("stored notices cannot be read: ") + error.what());
  }
  return notices;
}

std::vector<ports::NoticeRecord> last_words(std::vector<ports::NoticeRecord> said) {
  const auto by_moment = [](const auto& a, const auto& b) {
    return std::tuple(a.at, to_string(a.event), to_string(a.channel)) <
           std::tuple(b.at, to_string(b.event), to_string(b.channel));
  };
  std::stable_sort(said.begin(), said.end(), by_moment);
  std::set<std::pair<ota::NoticeEvent, ota::Channel>> known;
  std::vector<ports::NoticeRecord> last;
  for (auto notice = said.rbegin(); notice != said.rend(); ++notice)
    if (known.emplace(notice->event, notice->channel).second) last.push_back(std::move(*notice));
  std::ranges::reverse(last);
  return last;
}

}  // namespace store
}  // namespace contactor
