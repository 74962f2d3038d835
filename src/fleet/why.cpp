#include "fleet/why.h"

#include "fleet/names.h"

namespace contactor::fleet {
namespace {

constexpr auto kNames = names_of<Why>(
    {"nobody_said", "contradictory_window", "empty_window", "not_requested", "before_first_day",
     "after_last_day", "requested", "as_wanted", "contract_ends_soon", "in_progress", "silent", "being_ended",
     "pausing", "refused", "open_call", "never_read", "not_readable", "no_cloud", "moves"});

constexpr auto kClauses = names_of<Why>({
    "nobody has said whether it shall be connected",
    "its window ends before it begins",
    "its window holds no day",
    "not requested",
    "before its first day",
    "after its last day",
    "requested",
    "as wanted",
    "its contract at the cloud ends soon",
    "asked for, and not yet in effect",
    "asked for long ago, and the cloud says nothing",
    "must be switched off completely before it can be asked for again",
    "earlier tries failed, the next one has its time",
    "refused, until somebody acts or the wish is changed",
    "a call was begun whose outcome nobody has seen",
    "its cloud was never read",
    "its cloud could not be read, and nothing is done on a guess",
    "no cloud serves its make",
    "another cloud serves its make now, and this one must have ended first",
});

}  // namespace

std::string_view to_string(Why why) { return kClauses.text(why); }
std::string_view name_of(Why why) { return kNames.text(why); }
std::optional<Why> parse_why(std::string_view name) { return kNames.parse(name); }

}  // namespace contactor::fleet
