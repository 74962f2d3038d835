#include "engine/history_chain.h"

#include <array>
#include <charconv>

#include "crypto/crypto.h"

namespace contactor::engine {
namespace {

/// The number in decimal, and a sign behind it.
void append(std::string& out, std::int64_t number, char sign) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  out.append(digits.begin(), end).push_back(sign);
}

void append(std::string& out, std::string_view field) {
  // Length first, so that no two different entries have the same bytes.
  append(out, static_cast<std::int64_t>(field.size()), ':');
  out.append(field);
}

}  // namespace

ota::Digest chain(const ota::Digest& previous, ActivationId id, const ota::HistoryEntry& entry) {
  std::string bytes;
  bytes.reserve(320);
  bytes.append(reinterpret_cast<const char*>(previous.data()), previous.size());
  for (const std::int64_t number : {id.value(), std::int64_t{entry.seq}, entry.at.millis(),
                                    std::int64_t{entry.attempts}, std::int64_t{entry.retries}})
    append(bytes, number, '|');
  append(bytes, entry.event);
  for (const auto state : entry.path) append(bytes, to_string(state));
  append(bytes, to_string(entry.service_status));
  append(bytes, to_string(entry.money_state));
  append(bytes, entry.actor);
  append(bytes, entry.command_id);
  append(bytes, entry.detail);
  append(bytes, entry.node);
  if (entry.failure) {
    append(bytes, to_string(entry.failure->category));
    append(bytes, std::to_string(entry.failure->http_status));
    append(bytes, entry.failure->code);
    append(bytes, entry.failure->message);
  }
  return crypto::blake2b_256(bytes);
}

std::uint32_t first_bad_entry(ActivationId id, const ota::Digest& head,
                              const std::vector<ota::HistoryEntry>& history) {
  ota::Digest previous{};
  std::uint32_t expected = 1;
  for (const auto& entry : history) {
    if (entry.seq != expected) return expected;
    previous = chain(previous, id, entry);
    if (previous != entry.hash) return entry.seq;
    ++expected;
  }
  // The head in the row closes the chain: a history cut off at its end is noticed too.
  return previous == head ? 0 : expected;
}

}  // namespace contactor::engine
