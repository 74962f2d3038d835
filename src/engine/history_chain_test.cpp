#include "engine/history_chain.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace contactor::engine {
namespace {

std::string hex(const ota::Digest& digest) {
  std::string text;
  for (const auto byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

// Histories outlive programs: what one has written, every later one finds sound.
TEST(HistoryChain, CoversTheSameBytesForEver) {
  const ActivationId id(3'764'968'331'673'600'014);
  ota::HistoryEntry entry;
  entry.seq = 1;
  entry.at = Instant::from_millis(1'795'240'800'000);
  entry.event = "granted";
  entry.path = {ota::State::SendingCommand, ota::State::WaitingResponse};
  entry.attempts = 12;
  entry.retries = 3;
  entry.actor = "engine";
  entry.command_id = "act_1-12";
  entry.detail = "für 12:5|";
  entry.node = "node-1";
  const auto first = chain({}, id, entry);
  EXPECT_EQ(hex(first), "4800ae85c6a2d4e9b3965547c4fe098bfecd2cb5f8a407832372fd663bd5d8a6");
  entry.seq = 2;
  entry.failure = ota::Failure{
      .category = ota::FailureCategory::TransientNetwork, .http_status = 503, .code = "busy", .message = ""};
  EXPECT_EQ(hex(chain(first, id, entry)), "e0ac04537e399a536f907edbe80d73d0b19eff3e2c7322bd745a63bdb1fa17af");
}

}  // namespace
}  // namespace contactor::engine
