#include "server/local_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace contactor::server {
namespace {

std::unexpected<Error> failed(std::string_view what, const std::string& path) {
  return fail(ErrorKind::unavailable, "server", fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

/// An address holds 107 bytes. A longer path is reached through its folder's descriptor, which must stay open
/// until the address was used.
struct Address {
  sockaddr_un raw{};
  Descriptor folder{-1};
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&raw); }
};

Result<Address> address_of(const std::string& path) {
  Address address;
  address.raw.sun_family = AF_UNIX;
  std::string text = path;
  if (text.size() >= sizeof address.raw.sun_path) {
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const int descriptor = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed("cannot open", folder);
    text = fmt::format("/proc/self/fd/{}/{}", descriptor,
                       path.substr(slash == std::string::npos ? 0 : slash + 1));
    Address longer{.raw = address.raw, .folder = Descriptor(descriptor)};
    if (text.size() >= sizeof address.raw.sun_path)
      return fail(ErrorKind::invalid, "server", fmt::format("{}: the name is too long for a socket", path));
    std::memcpy(longer.raw.sun_path, text.c_str(), text.size() + 1);
    return longer;
  }
  std::memcpy(address.raw.sun_path, text.c_str(), text.size() + 1);
  return address;
}

Status clear_away(const std::string& path) {
  struct stat found{};
  if (lstat(path.c_str(), &found) != 0)
    return errno == ENOENT ? Status() : Status(failed("cannot look at", path));
  if (!S_ISSOCK(found.st_mode))
    return fail(ErrorKind::unavailable, "server", fmt::format("{} is there already and no socket", path));
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return failed("cannot replace", path);
  return {};
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

Result<Descriptor> listen_at(const std::string& path) {
  CTR_TRY(address, address_of(path));
  CTR_CHECK(clear_away(path));
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made.number() < 0) return failed("no socket for", path);
  // Said before `bind`, so that the file never exists with other rights; `umask` would be the whole
  // process's.
  if (fchmod(made.number(), S_IRUSR | S_IWUSR) != 0) return failed("cannot protect", path);
  if (bind(made.number(), address.get(), sizeof address.raw) != 0) return failed("cannot listen at", path);
  if (listen(made.number(), 64) != 0) return failed("cannot listen at", path);
  return made;
}

Result<Descriptor> connect_to(const std::string& path) {
  CTR_TRY(address, address_of(path));
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made.number() < 0) return failed("no socket for", path);
  if (connect(made.number(), address.get(), sizeof address.raw) != 0)
    return failed("nobody listens at", path);
  return made;
}

Result<LocalPeer> local_peer_of(int descriptor) {
  ucred told{};
  socklen_t size = sizeof told;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &told, &size) != 0 || size != sizeof told)
    return fail(ErrorKind::unavailable, "server", "the other side is not known to the kernel");
  return LocalPeer{.process = told.pid, .user = told.uid};
}

}  // namespace contactor::server
