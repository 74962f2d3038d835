// The common models as strangers send them: what was read is written, and read again it is the same; what the
// rules made of it can be stored and read by others; and the rules have nothing more to say the second time.

#include "charging/models.h"
#include "charging/rules.h"
#include "charging_json/codec.h"
#include "fuzz/input.h"

namespace {

using namespace contactor;
using namespace contactor::charging;

template <class Model>
void comes_back(const Model& model) {
  const std::string text = charging_json::encode(model);
  const auto again = charging_json::decode_text<Model>(text);
  CTR_ASSERT(again);
  if constexpr (std::equality_comparable<Model>) CTR_ASSERT(*again == model);
}

template <class Model>
void read(std::string_view text) {
  const auto model = charging_json::decode_text<Model>(text);
  if (!model) return;
  // A secret is read and never written, so only the rest of its model comes back.
  comes_back(*model);
  if constexpr (requires { settled(*model); }) {
    const auto stored = settled(*model);
    CTR_ASSERT(settled(stored) == stored);
    comes_back(stored);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for_each_model([&]<class Model>() { read<Model>(text); });
  return 0;
}
