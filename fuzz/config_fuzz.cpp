// The settings: a file of NAME=value lines.

#include "app/config.h"

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/input.h"
#include "ota/retry_schedule.h"

namespace contactor::app {
namespace {

/// A file that exists in memory only.
class File {
 public:
  explicit File(std::string_view text) : fd_(::memfd_create("env", MFD_CLOEXEC)) {
    CTR_ASSERT(fd_ >= 0 && ::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  File(File&&) = delete;
  ~File() { ::close(fd_); }
  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  int fd_;
};

/// What these numbers make of a retry schedule can be computed: nothing runs backwards or over.
void check_policy(const ota::Policy& policy) {
  for (const Millis taken : {Millis(0), policy.command_timeout}) {
    const auto planned = ota::timeline(policy.retry, taken);
    CTR_ASSERT(planned.attempts.size() == policy.retry.retries_max + 1);
    Millis before{-1};
    for (const auto& attempt : planned.attempts) {
      CTR_ASSERT(attempt.at > before || (taken == Millis(0) && attempt.at >= before));
      before = attempt.at;
    }
    CTR_ASSERT(planned.escalation >= before);
    CTR_ASSERT((fuzz::kNow + planned.escalation) >= fuzz::kNow);
  }
  CTR_ASSERT(policy.poll_min > Millis(0) && policy.poll_max >= policy.poll_min &&
             policy.commands_per_hour > 0);
  CTR_ASSERT((fuzz::kNow + policy.poll_max) > fuzz::kNow);
}

void check_url(const std::string& url) {
  CTR_ASSERT(url.empty() || url.starts_with("http://") || url.starts_with("https://"));
  CTR_ASSERT(!url.ends_with('/'));
}

void check_settings(std::string_view text) {
  const File file(text);
  const auto environment = Environment::read(file.path());
  if (!environment) {
    CTR_ASSERT(environment.error().detail.contains("line"));
    return;
  }
  const auto config = read_config(*environment, "sqlite:fuzz.db");
  if (!config) {
    CTR_ASSERT(config.error().kind == ErrorKind::invalid && !config.error().detail.empty());
    return;
  }
  check_policy(config->policy);
  check_url(config->public_url);
  if (config->iot) {
    check_url(config->iot->base_url);
    for (const auto& secret : config->iot->callback_secrets) CTR_ASSERT(!secret.empty());
  }
  if (config->shop) check_url(config->shop->url);
}

}  // namespace
}  // namespace contactor::app

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::app::check_settings(contactor::fuzz::Input(data, size).rest());
  return 0;
}
