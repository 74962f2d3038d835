#include "crypto/seal.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace contactor::crypto {
namespace {

constexpr std::size_t kKeySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr char kFormat = 1;  // the first byte of everything sealed, so that another cipher can follow one day

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

std::unexpected<Error> refuse(ErrorKind kind, const std::string& path, std::string_view why) {
  return fail(kind, "seal", fmt::format("key file {}: {}", path, why));
}

Status check_access(const File& file, const std::string& path) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return refuse(ErrorKind::internal, path, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return refuse(ErrorKind::unauthorized, path, "not a regular file");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refuse(ErrorKind::unauthorized, path, "others than its owner may use it; run chmod 600 on it");
  return {};
}

bool write_all(const File& file, std::string_view text) {
  return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
         ::fsync(file.get()) == 0;
}

/// Writes a whole file beside the path and links it there: readers see a complete key or none, and the first
/// one wins.
Status create_key_file(const std::string& path) {
  CTR_ASSERT(sodium_init() >= 0);
  std::string key(kKeySize, '\0');
  randombytes_buf(key.data(), key.size());
  const std::string draft = fmt::format("{}.{}.{:08x}", path, ::getpid(), randombytes_random());
  bool written = false;
  {
    const File file(draft, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file.is_open()) return refuse(ErrorKind::internal, path, std::strerror(errno));
    written = write_all(file, key);
  }
  const bool placed = written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const std::string why = placed ? "" : std::strerror(errno);
  ::unlink(draft.c_str());
  sodium_memzero(key.data(), key.size());
  if (!placed) return refuse(ErrorKind::internal, path, "cannot be written: " + why);
  return {};
}

}  // namespace

Result<SealKey> SealKey::from_bytes(std::string_view key) {
  if (key.size() != kKeySize)
    return fail(ErrorKind::invalid, "seal",
                fmt::format("a key has {} bytes, this one {}", kKeySize, key.size()));
  return SealKey(std::string(key));
}

Result<SealKey> load_seal_key(const std::string& path) {
  const File file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file.is_open())
    return refuse(errno == ENOENT ? ErrorKind::not_found : ErrorKind::unauthorized, path,
                  std::strerror(errno));
  CTR_CHECK(check_access(file, path));
  std::array<char, kKeySize + 1> buffer{};
  const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
  if (size != static_cast<ssize_t>(kKeySize)) return refuse(ErrorKind::invalid, path, "not exactly 32 bytes");
  return SealKey::from_bytes({buffer.data(), kKeySize});
}

Result<SealKey> load_or_create_seal_key(const std::string& path) {
  auto found = load_seal_key(path);
  if (found || found.error().kind != ErrorKind::not_found) return found;
  CTR_CHECK(create_key_file(path));
  return load_seal_key(path);
}

std::string seal(const SealKey& key, std::string_view text, std::string_view context) {
  CTR_ASSERT(sodium_init() >= 0);
  std::string sealed(1 + kNonceSize + text.size() + kTagSize, '\0');
  sealed[0] = kFormat;
  unsigned char* nonce = bytes(sealed) + 1;
  randombytes_buf(nonce, kNonceSize);
  CTR_ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceSize, nullptr, bytes(text), text.size(),
                                                        bytes(context), context.size(), nullptr, nonce,
                                                        bytes(std::string_view(key.reveal()))) == 0);
  return sealed;
}

Result<std::string> open_sealed(const SealKey& key, std::string_view sealed, std::string_view context) {
  if (sealed.size() < 1 + kNonceSize + kTagSize || sealed[0] != kFormat)
    return fail(ErrorKind::invalid, "seal", "not a sealed text");
  const std::string_view nonce = sealed.substr(1, kNonceSize);
  const std::string_view cipher = sealed.substr(1 + kNonceSize);
  std::string text(cipher.size() - kTagSize, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(text), nullptr, nullptr, bytes(cipher), cipher.size(),
                                                 bytes(context), context.size(), bytes(nonce),
                                                 bytes(std::string_view(key.reveal()))) != 0)
    return fail(ErrorKind::invalid, "seal", "cannot be opened: wrong key, wrong place or changed bytes");
  return text;
}

}  // namespace contactor::crypto
