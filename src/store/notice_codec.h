#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ports/store.h"

namespace contactor::store {

/// The notices that a step decided without anything being sent, as the JSON array that stands in its history
/// row.
[[nodiscard]] std::string encode(std::span<const ports::NoticeRecord> notices);
/// @errors  internal: the document is not one that `encode` wrote.
[[nodiscard]] Result<std::vector<ports::NoticeRecord>> decode_notices(ActivationId id,
                                                                      std::string_view document);
/// The last word on each event and channel, by moment. Of two words of one moment the later in `said` counts.
[[nodiscard]] std::vector<ports::NoticeRecord> last_words(std::vector<ports::NoticeRecord> said);

}  // namespace contactor::store
