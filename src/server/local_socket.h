#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "base/result.h"

namespace contactor::server {

/// An open file descriptor, closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// Listens on a Unix domain socket that only this user, and root, can open. A socket that a dead process left
/// there is replaced: the caller holds the lock which says that nobody alive listens.
/// @errors  unavailable: the path is taken by something that is no socket, or the place takes no sockets.
///          invalid: the file's name alone is too long for an address.
[[nodiscard]] Result<Descriptor> listen_at(const std::string& path);

/// Connects, blocking, to who listens there.
/// @errors  unavailable: nobody does. invalid: as above.
[[nodiscard]] Result<Descriptor> connect_to(const std::string& path);

/// Who is at the other end, as the kernel noted it when the connection was made.
struct LocalPeer {
  pid_t process = 0;
  uid_t user = 0;
};
/// @errors  unavailable: not a Unix socket, or not connected.
[[nodiscard]] Result<LocalPeer> local_peer_of(int descriptor);

}  // namespace contactor::server
