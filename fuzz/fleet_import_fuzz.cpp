// Files of vehicles. The first line says how long the pieces are in which the file arrives.

#include <set>

#include "base/result.h"
#include "fleet/import.h"
#include "fuzz/input.h"

namespace contactor::fleet {
namespace {

struct Read {
  std::vector<std::pair<std::size_t, std::string>> lines;  ///< every line that was answered for, good and bad
  bool ok = true;
};

void check(const ImportedVehicle& vehicle) {
  CTR_ASSERT(vehicle.wish.fleet.size() <= 100 && vehicle.wish.comment.size() <= 255);
  CTR_ASSERT(fuzz::is_utf8(vehicle.wish.comment) && fuzz::is_one_line(vehicle.wish.comment));
  CTR_ASSERT(fuzz::is_utf8(vehicle.wish.make) && fuzz::is_one_line(vehicle.wish.fleet));
  CTR_ASSERT(!vehicle.wish.start || !vehicle.wish.end || *vehicle.wish.start <= *vehicle.wish.end);
}

Read read(std::string_view text, std::size_t piece) {
  Read result;
  std::set<std::string, std::less<>> vins;
  CsvReader reader(
      [&](ImportedVehicle vehicle) {
        check(vehicle);
        CTR_ASSERT(vins.insert(std::string(vehicle.vin.str())).second);
        result.lines.emplace_back(vehicle.line, vehicle.vin.str());
      },
      [&](BadLine bad) {
        CTR_ASSERT(!bad.why.empty() && fuzz::is_one_line(bad.why));
        result.lines.emplace_back(bad.line, bad.why);
      });
  for (std::size_t at = 0; at < text.size() && result.ok; at += std::min(piece, text.size() - at))
    result.ok = reader.feed(text.substr(at, piece)).has_value();
  result.ok = result.ok && reader.finish().has_value();
  // Nothing is taken from a file whose header is wrong, and no line is answered for twice.
  CTR_ASSERT(result.ok || result.lines.empty());
  for (std::size_t i = 1; i < result.lines.size(); ++i)
    CTR_ASSERT(result.lines[i - 1].first < result.lines[i].first);
  return result;
}

}  // namespace
}  // namespace contactor::fleet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fleet = contactor::fleet;
  contactor::fuzz::Input input(data, size);
  const std::size_t piece = 1 + input.number() % 50;
  const fleet::Read whole = fleet::read(input.rest(), SIZE_MAX);
  const fleet::Read pieces = fleet::read(input.rest(), piece);
  // How the file was cut on its way is nothing that anybody may notice.
  CTR_ASSERT(whole.ok == pieces.ok && whole.lines == pieces.lines);
  return 0;
}
