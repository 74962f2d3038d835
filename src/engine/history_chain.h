#pragma once

#include "ota/activation.h"

namespace contactor::engine {

/// The hash of an entry that follows `previous`: BLAKE2b-256 over the previous hash, the activation's id and
/// every field of the entry. Field order and separators are part of the stored format and never change.
[[nodiscard]] ota::Digest chain(const ota::Digest& previous, ActivationId id, const ota::HistoryEntry& entry);

/// Where a history stops being the one that was written: the first bad sequence number, 0 where all is well.
[[nodiscard]] std::uint32_t first_bad_entry(ActivationId id, const ota::Digest& head,
                                            const std::vector<ota::HistoryEntry>& history);

}  // namespace contactor::engine
