#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "ports/store.h"
#include "store/postgres/values.h"

namespace contactor::store::postgres {

[[nodiscard]] inline Array shard_array(const ports::ShardSet& shards) {
  Array array(Type::int4);
  for (std::size_t shard = 0; shard < shards.size(); ++shard)
    if (shards.test(shard)) array.add_number(static_cast<std::int64_t>(shard));
  return array;
}

/// One page over many shards, each of which is indexed by itself: a few rows of each are read, and those kept
/// that none of the shards can have an unread row before.
/// @param direction  1: ids rise; -1: ids fall.
/// @param fetch      (after, count): up to `count` rows of each shard past `after`, in any order.
/// @param id_of      of a row.
template <class Row, class Fetch, class IdOf>
Result<std::vector<Row>> merged_page(std::size_t shards, std::int64_t after, std::size_t limit, int direction,
                                     Fetch fetch, IdOf id_of) {
  std::vector<Row> page;
  const auto position = [&](const Row& row) { return direction * id_of(row); };
  while (page.size() < limit && shards > 0) {
    const std::size_t count = std::min(limit, (limit - page.size()) / shards * 2 + 8);
    CTR_TRY(rows, fetch(after, count));
    std::sort(rows.begin(), rows.end(),
              [&](const Row& a, const Row& b) { return position(a) < position(b); });
    // A shard that filled its part may have more right behind its last row.
    std::array<std::size_t, 256> seen{};
    auto end = rows.begin();
    while (end != rows.end() && ++seen[static_cast<std::uint8_t>(id_of(*end) & 0xff)] < count) ++end;
    const bool is_last = end == rows.end();
    if (!is_last) after = id_of(*end++);
    std::move(rows.begin(), end, std::back_inserter(page));
    if (is_last) break;
  }
  if (page.size() > limit) page.erase(page.begin() + static_cast<std::ptrdiff_t>(limit), page.end());
  return page;
}

}  // namespace contactor::store::postgres
