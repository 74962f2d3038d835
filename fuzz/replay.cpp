// The main function of a target where nothing searches: shows it every file of the folders it is given.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kCutsMax = 24;

void show(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

/// Whole, and cut off here and there: input that ends too early is what parsers stumble over.
void show_with_cuts(const std::string& bytes) {
  const std::size_t step = bytes.size() / kCutsMax + 1;
  for (std::size_t size = 0; size < bytes.size(); size += step) show(bytes.substr(0, size));
  show(bytes);
}

std::size_t replay(const std::filesystem::path& folder) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    // Named first: after a crash this line says which file it was.
    std::printf("%s\n", entry.path().filename().c_str());
    std::fflush(stdout);
    show_with_cuts(bytes);
    ++files;
  }
  return files;
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t files = 0;
  for (int i = 1; i < count; ++i) files += replay(arguments[i]);
  if (files > 0) return 0;
  std::fprintf(stderr, "no corpus: a target that is shown nothing proves nothing\n");
  return 1;
}
