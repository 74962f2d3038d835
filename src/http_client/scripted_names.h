#pragma once

#include <functional>
#include <string>
#include <vector>

namespace contactor::http_client {

/// What a lookup of a name ends in: addresses, or an error of `getaddrinfo`.
struct Lookup {
  int error = 0;  ///< EAI_AGAIN is what becomes of a server's SERVFAIL
  std::vector<std::string> addresses;
};

/// Stands in for the system's resolver of a whole test program, for names under `.test`: linking it replaces
/// `getaddrinfo`, so that both transports look names up in their own way and in their own threads.
class ScriptedNames {
 public:
  using Script = std::function<Lookup(const std::string& name)>;
  explicit ScriptedNames(Script script);
  ~ScriptedNames();
  ScriptedNames(ScriptedNames&&) = delete;
  /// How many lookups were begun.
  [[nodiscard]] static int asked();
};

}  // namespace contactor::http_client
