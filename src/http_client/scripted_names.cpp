#include "http_client/scripted_names.h"

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <mutex>

namespace contactor::http_client {
namespace {

std::mutex mutex;
ScriptedNames::Script current;  // guarded by `mutex`
std::atomic<int> lookups = 0;

using RealLookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

RealLookup the_real_one() {
  static const auto real = reinterpret_cast<RealLookup>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real;
}

/// The entries of all addresses in one list, in their order: each is freed by itself.
int list_of(const Lookup& lookup, const char* service, const addrinfo& hints, addrinfo** found) {
  addrinfo numeric = hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  addrinfo** end = found;
  *found = nullptr;
  for (const auto& address : lookup.addresses) {
    if (const int error = the_real_one()(address.c_str(), service, &numeric, end); error != 0) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return 0;
}

}  // namespace

ScriptedNames::ScriptedNames(Script script) {
  const std::lock_guard lock(mutex);
  current = std::move(script);
  lookups = 0;
}

ScriptedNames::~ScriptedNames() {
  const std::lock_guard lock(mutex);
  current = nullptr;
}

int ScriptedNames::asked() { return lookups; }

}  // namespace contactor::http_client

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
  using namespace contactor::http_client;
  const std::string name = node == nullptr ? "" : node;
  ScriptedNames::Script script;
  {
    const std::lock_guard lock(mutex);
    script = current;
  }
  if (!script || !name.ends_with(".test")) return the_real_one()(node, service, hints, found);
  ++lookups;
  const Lookup lookup = script(name);
  return lookup.error != 0 ? lookup.error : list_of(lookup, service, *hints, found);
}
