#include "http_client/curl_transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "http_client/request_text.h"

namespace contactor::http_client {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

ErrorKind kind_of(CURLcode code) {
  switch (static_cast<int>(code)) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorKind::timed_out;
    case CURLE_OUT_OF_MEMORY:
      return ErrorKind::internal;
    case CURLE_UNSUPPORTED_PROTOCOL:  // what curl says to a garbled status line
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_PARTIAL_FILE:
    case CURLE_WRITE_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_FILESIZE_EXCEEDED:
      return ErrorKind::protocol;
    default:
      return ErrorKind::unavailable;
  }
}

std::optional<ports::EgressPolicy::Place> reached_by(const curl_sockaddr& place) {
  if (place.family == AF_INET && place.addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in v4{};
    std::memcpy(&v4, &place.addr, sizeof v4);
    const auto bytes = std::bit_cast<std::array<std::uint8_t, 4>>(v4.sin_addr.s_addr);
    return ports::EgressPolicy::Place{.address = ports::Address::v4(bytes), .port = ntohs(v4.sin_port)};
  }
  if (place.family == AF_INET6 && place.addrlen >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &place.addr, sizeof v6);
    return ports::EgressPolicy::Place{.address = ports::Address::v6(v6.sin6_addr.s6_addr),
                                      .port = ntohs(v6.sin6_port)};
  }
  return std::nullopt;
}

}  // namespace

CurlTransfer::CurlTransfer(ports::HttpRequest request, Done done, Clock::time_point deadline)
    : request_(std::move(request)), done_(std::move(done)), deadline_(deadline) {}

CurlTransfer::~CurlTransfer() { curl_slist_free_all(header_list_); }

void CurlTransfer::arm(CURL* easy, const CurlMulti::Options& options, TlsPolicy& tls) {
  easy_ = easy;
  header_left_ = options.header_bytes_max;
  body_max_ = options.body_bytes_max;
  cuts_body_ = options.cuts_bodies;
  const auto left = std::chrono::ceil<Millis>(deadline_ - Clock::now());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, text_.data());
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, std::max<long>(1, left.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_max.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 100L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 10L);
  // What a name leads to is asked for every new connection: the resolver knows how long an answer is good.
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  // Otherwise the one thread would wait for a lookup that hangs long after its request has ended.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN,
                   static_cast<long>(std::chrono::ceil<std::chrono::seconds>(options.age_max).count()));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  set_egress(options);
  set_tls(tls);
  set_method();
  set_headers(options);
}

void CurlTransfer::set_egress(const CurlMulti::Options& options) {
  if (!options.egress) return;
  egress_ = &*options.egress;
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open_socket);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
}

/// Sees the very address that is about to be connected to: what a name leads to may change between two
/// lookups.
curl_socket_t CurlTransfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* place) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const auto reached = reached_by(*place);
  auto allowed = reached ? ports::check_connect(*transfer.egress_, reached->address, reached->port,
                                                same_name(transfer.request_.url.substr(0, 8), "https://"))
                         : Status(fail(ErrorKind::unauthorized, "http", "the address is of no known kind"));
  if (!allowed) {
    transfer.refused_ = std::move(allowed.error());
    return CURL_SOCKET_BAD;
  }
  return ::socket(place->family, place->socktype | SOCK_CLOEXEC, place->protocol);
}

void CurlTransfer::set_tls(TlsPolicy& tls) {
  curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (const auto& ca_file = tls.files().ca_file; !ca_file.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(easy_, CURLOPT_SSL_CTX_FUNCTION, &CurlTransfer::on_tls_context);
  curl_easy_setopt(easy_, CURLOPT_SSL_CTX_DATA, &tls);
}

CURLcode CurlTransfer::on_tls_context(CURL*, void* context, void* policy) {
  return static_cast<TlsPolicy*>(policy)->apply(static_cast<SSL_CTX*>(context)) ? CURLE_OK
                                                                                : CURLE_SSL_CONNECT_ERROR;
}

void CurlTransfer::set_method() {
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  } else if (announces_body(request_)) {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void CurlTransfer::set_headers(const CurlMulti::Options& options) {
  const auto add = [this](const std::string& line) {
    header_list_ = curl_slist_append(header_list_, line.c_str());
  };
  const auto given = [this](std::string_view name) {
    return std::ranges::any_of(request_.headers,
                               [name](const auto& header) { return same_name(header.name, name); });
  };
  // curl adds these on its own; a name with nothing behind it takes them away.
  for (const char* name : {"Expect", "Accept", "Content-Type"})
    if (!given(name)) add(std::string(name) + ":");
  if (!given("User-Agent")) add("User-Agent: " + options.user_agent);
  // The semicolon is curl's way to write a header whose value is empty.
  for (const auto& [name, value] : request_.headers) add(value.empty() ? name + ";" : name + ": " + value);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_list_);
}

int CurlTransfer::on_before_request(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (!std::exchange(transfer.begun_, true)) return CURL_PREREQFUNC_OK;
  // A second time means that a kept connection died under the request and curl wants to repeat it.
  transfer.broken_ = "the connection was closed without an answer";
  return CURL_PREREQFUNC_ABORT;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t one, std::size_t size, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  size *= one;
  if (transfer.response_.body.size() + size > transfer.body_max_) {
    if (transfer.cuts_body_) {
      transfer.response_.body.append(data, transfer.body_max_ - transfer.response_.body.size());
      transfer.was_cut_ = true;
      return 0;
    }
    transfer.broken_ = "the answer's body is too large";
    return 0;
  }
  transfer.response_.body.append(data, size);
  return size;
}

std::size_t CurlTransfer::on_header(char* data, std::size_t one, std::size_t size, void* self) {
  return static_cast<CurlTransfer*>(self)->take_header({data, one * size}) ? one * size : 0;
}

bool CurlTransfer::take_header(std::string_view line) {
  if (line.size() > header_left_) {
    broken_ = "the answer's header is too large";
    return false;
  }
  header_left_ -= line.size();
  if (line.starts_with("HTTP/")) {  // also begins anew after an interim answer
    response_.headers.clear();
    content_length_.clear();
    header_done_ = false;
    return true;
  }
  header_done_ = header_done_ || trimmed(line).empty();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const auto name = trimmed(line.substr(0, colon));
  const auto value = trimmed(line.substr(colon + 1));
  if (same_name(name, "content-length")) {
    // curl takes the last of several: an answer that two readers would cut differently is not trusted.
    if (!content_length_.empty() && content_length_ != value) broken_ = "the answer has two lengths";
    content_length_ = value;
  }
  response_.headers.push_back({std::string(name), std::string(value)});
  return broken_ == nullptr;
}

std::unexpected<Error> CurlTransfer::failure(ErrorKind kind, std::string detail) const {
  return fail(Error{.kind = kind,
                    .applied = begun_ ? Applied::maybe : Applied::no,
                    .retry_after = {},
                    .origin = "http",
                    .detail = std::move(detail)});
}

/// curl says "receive error" to broken chunks too, and only its text tells them from a broken connection.
bool CurlTransfer::has_broken_chunks() const {
  return std::string_view(text_.data()).contains("chunked-encoding");
}

/// The connection was dead at the first write: no byte of this request can have arrived.
bool CurlTransfer::has_nothing_left(CURLcode code) const {
  long sent = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent);
  return code == CURLE_SEND_ERROR && sent == 0;
}

/// As with Beast: with TLS 1.3 the request leaves before the server has looked at our certificate. curl hands
/// the alert on as text only; a connection that was used before has passed that look.
bool CurlTransfer::is_certificate_refused() const {
  long connections_made = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connections_made);
  const std::string_view text(text_.data());
  constexpr std::array alerts{"alert bad certificate",     "alert unsupported certificate",
                              "alert certificate revoked", "alert certificate expired",
                              "alert certificate unknown", "alert unknown ca",
                              "alert certificate required"};
  return connections_made == 1 && response_.headers.empty() &&
         std::ranges::any_of(alerts, [text](const char* alert) { return text.contains(alert); });
}

Result<ports::HttpResponse> CurlTransfer::outcome(CURLcode code) {
  if (has_nothing_left(code)) {
    begun_ = false;
    return failure(ErrorKind::unavailable, "the server closed the connection before the request was written");
  }
  if (code == CURLE_ABORTED_BY_CALLBACK)
    return failure(ErrorKind::unavailable, broken_ ? broken_ : "aborted");
  if (broken_ != nullptr) return failure(ErrorKind::protocol, broken_);
  if (code != CURLE_OK && refused_ && !begun_) return fail(std::move(*refused_));
  if (was_cut_ && code == CURLE_WRITE_ERROR) code = CURLE_OK;
  if (code != CURLE_OK && is_certificate_refused()) {
    begun_ = false;
    return failure(ErrorKind::unavailable,
                   std::string("TLS: the server does not accept our client certificate, or misses one: ") +
                       text_.data());
  }
  if (code == CURLE_RECV_ERROR && has_broken_chunks()) return failure(ErrorKind::protocol, text_.data());
  if (code != CURLE_OK)
    return failure(kind_of(code), text_[0] != 0 ? text_.data() : curl_easy_strerror(code));
  // To curl a connection that ends in the middle of a header has brought a whole answer.
  if (!header_done_) return failure(ErrorKind::protocol, "the answer ends in its header");
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200)
    return failure(ErrorKind::protocol, "the answer is an interim one that was not asked for");
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

}  // namespace contactor::http_client
