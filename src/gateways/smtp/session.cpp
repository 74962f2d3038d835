#include "gateways/smtp/session.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace contactor::gateways::smtp {
namespace {

/// The message on its way to libcurl.
struct Upload {
  std::string_view rest;
  bool handed_over = false;  ///< the end was asked for: the final dot may have left
};

std::size_t read_upload(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto& upload = *static_cast<Upload*>(context);
  const std::size_t bytes = std::min(size * count, upload.rest.size());
  std::memcpy(buffer, upload.rest.data(), bytes);
  upload.rest.remove_prefix(bytes);
  if (bytes == 0) upload.handed_over = true;
  return bytes;
}

int stop_requested(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(context)->load() ? 1 : 0;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

long encryption_option(Encryption encryption) {
  switch (encryption) {
    case Encryption::none:
      return CURLUSESSL_NONE;
    case Encryption::when_offered:
      return CURLUSESSL_TRY;
    case Encryption::required:
      break;
  }
  return CURLUSESSL_ALL;
}

/// What libcurl and the relay said of one delivery.
struct Outcome {
  CURLcode code = CURLE_OK;
  long reply = 0;  ///< the relay's last reply code
  bool handed_over = false;
  std::string_view words;
};

/// A reply that refuses is an answer: whatever was handed over was not taken.
ErrorKind kind_of_refusal(const Outcome& outcome) {
  if (outcome.reply < 500) return ErrorKind::unavailable;
  // 530, 534, 535, 538: the login. A refused sender is our configuration too, and not this recipient's fault.
  const bool login =
      outcome.reply == 530 || outcome.reply == 534 || outcome.reply == 535 || outcome.reply == 538;
  return login || outcome.words.starts_with("MAIL") ? ErrorKind::unauthorized : ErrorKind::invalid;
}

ErrorKind kind_of(const Outcome& outcome) {
  if (outcome.code == CURLE_LOGIN_DENIED)
    return outcome.reply >= 400 && outcome.reply < 500 ? ErrorKind::unavailable : ErrorKind::unauthorized;
  if (outcome.reply >= 400 && outcome.reply <= 599) return kind_of_refusal(outcome);
  if (outcome.code == CURLE_OPERATION_TIMEDOUT) return ErrorKind::timed_out;
  if (outcome.code == CURLE_ABORTED_BY_CALLBACK) return ErrorKind::canceled;
  return ErrorKind::unavailable;
}

Status result_of(const Outcome& outcome) {
  if (outcome.code == CURLE_OK) return {};
  const bool refused = outcome.reply >= 400 && outcome.reply <= 599;
  std::string said(outcome.words.empty() ? curl_easy_strerror(outcome.code) : outcome.words);
  return fail({.kind = kind_of(outcome),
               .applied = outcome.handed_over && !refused ? Applied::maybe : Applied::no,
               .retry_after = {},
               .origin = "smtp",
               .detail = fmt::format("{} (last reply {})", said, outcome.reply)});
}

}  // namespace

/// A handle of libcurl and the connection that it keeps.
struct Session::Curl {
  Curl();
  Curl(Curl&&) = delete;
  ~Curl();

  template <class T>
  void set(CURLoption option, T value) {
    CTR_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
  }
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t socket);

  CURL* easy;
  std::vector<curl_socket_t> sockets;
};

Session::Curl::Curl() {
  static std::once_flag once;
  std::call_once(once, [] { CTR_ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
  easy = curl_easy_init();
  CTR_ASSERT(easy != nullptr);
  set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
  set(CURLOPT_CLOSESOCKETDATA, this);
}

Session::Curl::~Curl() {
  // libcurl says QUIT and waits two minutes for the answer; a relay that sleeps must not hold us up.
  for (const curl_socket_t socket : sockets) ::shutdown(socket, SHUT_RD);
  curl_easy_cleanup(easy);
}

curl_socket_t Session::Curl::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket >= 0) static_cast<Curl*>(self)->sockets.push_back(socket);
  return socket;
}

int Session::Curl::close_socket(void* self, curl_socket_t socket) {
  std::erase(static_cast<Curl*>(self)->sockets, socket);
  return ::close(socket);
}

Session::Session(Relay relay, const std::atomic<bool>& stopping)
    : relay_(std::move(relay)), stopping_(stopping) {
  prepare();
}

void Session::prepare() {
  curl_ = std::make_unique<Curl>();
  auto& curl = *curl_;
  curl.set(CURLOPT_URL, relay_.url.c_str());
  curl.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl.set(CURLOPT_PROXY, "");
  curl.set(CURLOPT_NOSIGNAL, 1L);
  curl.set(CURLOPT_UPLOAD, 1L);
  curl.set(CURLOPT_USE_SSL, encryption_option(relay_.encryption));
  curl.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl.set(CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl.set(CURLOPT_READFUNCTION, &read_upload);
  curl.set(CURLOPT_NOPROGRESS, 0L);
  curl.set(CURLOPT_XFERINFOFUNCTION, &stop_requested);
  curl.set(CURLOPT_XFERINFODATA, &stopping_);
  if (relay_.user.empty()) return;
  curl.set(CURLOPT_USERNAME, relay_.user.c_str());
  curl.set(CURLOPT_PASSWORD, relay_.password.reveal().c_str());
}

Session::~Session() = default;

Status Session::deliver(const Delivery& delivery) {
  const auto left = std::chrono::ceil<Millis>(delivery.respond_by - std::chrono::steady_clock::now());
  if (left <= Millis(0)) return fail(ErrorKind::timed_out, "smtp", "no time left when its turn came");
  auto& curl = *curl_;
  Upload upload{.rest = delivery.mail};
  std::array<char, CURL_ERROR_SIZE> words{};
  const std::unique_ptr<curl_slist, FreeList> recipients(curl_slist_append(nullptr, delivery.to.c_str()));
  curl.set(CURLOPT_MAIL_FROM, delivery.from.c_str());
  curl.set(CURLOPT_MAIL_RCPT, recipients.get());
  curl.set(CURLOPT_READDATA, &upload);
  curl.set(CURLOPT_ERRORBUFFER, words.data());
  curl.set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  Outcome outcome{.code = curl_easy_perform(curl.easy)};
  curl_easy_getinfo(curl.easy, CURLINFO_RESPONSE_CODE, &outcome.reply);
  outcome.handed_over = upload.handed_over;
  outcome.words = words.data();
  auto result = result_of(outcome);
  // A new connection after any failure: a reply that comes late must not be taken for one to the next
  // message.
  if (!result) prepare();
  curl_->set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
  curl_->set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  return result;
}

}  // namespace contactor::gateways::smtp
