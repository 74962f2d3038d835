#include "store/write_check.h"

namespace contactor::store {
namespace {

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorKind::invalid, "store", fmt::format("the write is malformed: {}", what));
}

bool has_gaps(const ports::ActivationWrite& write) {
  const auto count = write.history.size();
  if (count > write.after.history_count) return true;
  auto seq = write.after.history_count - static_cast<std::uint32_t>(count);
  for (const auto& entry : write.history)
    if (entry.seq != ++seq) return true;
  // A new activation's history begins with it.
  return write.base_version == 0 && count != write.after.history_count;
}

Status check_followers(const ports::ActivationWrite& write) {
  if (write.followers.size() != write.follower_history.size())
    return malformed("a follower needs its first entry");
  for (std::size_t i = 0; i < write.followers.size(); ++i) {
    const auto& follower = write.followers[i];
    if (follower.id.empty() || !follower.order || follower.version != 1 || follower.history_count != 1 ||
        write.follower_history[i].seq != 1)
      return malformed("a follower begins with version 1, its order and entry 1");
  }
  return {};
}

}  // namespace

Status check(const ports::ActivationWrite& write) {
  if (write.after.id.empty() || !write.after.order) return malformed("an activation has an id and an order");
  if (write.after.version != write.base_version + 1) return malformed("the version rises by one");
  if (has_gaps(write)) return malformed("history entries follow each other without gaps");
  if (write.ledger && write.ledger->version == 0) return malformed("a ledger's first version is 1");
  if (write.ticket && write.ticket->version == 0) return malformed("a ticket's first version is 1");
  return check_followers(write);
}

}  // namespace contactor::store
