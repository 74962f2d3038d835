#include "http_client/beast_connection.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include "http_client/tls_policy.h"

namespace contactor::http_client {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using task::error_code;

constexpr int interim_answers_max = 8;
// A request text that was larger than this gives its memory back.
constexpr std::size_t kept_text_max = 64 * 1024;

/// OpenSSL numbers the alerts that it receives from here on.
bool is_certificate_alert(const error_code& error) {
  return error.category() == asio::error::get_ssl_category() &&
         refuses_client_certificate(ERR_GET_REASON(static_cast<unsigned long>(error.value())) -
                                    SSL_AD_REASON_OFFSET);
}

}  // namespace

Connection::Connection(ConnectionOwner& owner, ConnectionSettings& settings)
    : owner_(&owner), settings_(&settings), resolver_(settings.io) {}

void Connection::open(Exchange exchange) {
  exchange_ = std::move(exchange);
  deadline_ = std::min(exchange_.deadline, Clock::now() + settings_->connect_max);
  resolve(*parse_url(exchange_.request.url));
}

void Connection::resolve(const Url& url) {
  tls_ = url.tls;
  const std::string host(url.host);
  const std::string port(url.port);
  error_code not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) {
    const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(std::stoul(port)));
    return connect(tcp::resolver::results_type::create(endpoint, host, port));
  }
  resolver_.async_resolve(host, port, tcp::resolver::numeric_service,
                          [self = shared_from_this()](const error_code& error, const auto& endpoints) {
                            if (self->phase_ == Phase::closed) return;
                            if (error)
                              return self->abort(ErrorKind::unavailable, "resolve: " + error.message());
                            self->connect(endpoints);
                          });
}

void Connection::connect(const tcp::resolver::results_type& endpoints) {
  race_ = std::make_shared<ConnectRace>(settings_->io);
  race_->start(endpoints, [self = shared_from_this()](const error_code& error, tcp::socket socket) {
    if (self->phase_ != Phase::closed) self->on_connected(error, std::move(socket));
  });
}

void Connection::on_connected(const error_code& error, tcp::socket socket) {
  race_.reset();
  if (error) return abort(ErrorKind::unavailable, "connect: " + error.message());
  connected_at_ = Clock::now();
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  channel_.emplace(std::move(socket), tls_ ? &settings_->tls : nullptr);
  if (!tls_) return start(std::move(exchange_));
  channel_->handshake_as_client(std::string(parse_url(exchange_.request.url)->host), shared_from_this());
}

void Connection::on_handshake(const error_code& error) {
  if (phase_ == Phase::closed) return;
  if (error) return abort(ErrorKind::unavailable, "TLS: " + error.message());
  start(std::move(exchange_));
}

void Connection::start(Exchange exchange) {
  exchange_ = std::move(exchange);
  deadline_ = exchange_.deadline;
  phase_ = Phase::exchanging;
  interim_answers_ = 0;
  filled_ = 0;
  reader_.emplace(settings_->limits);
  if (exchange_.request.method == "HEAD") reader_->skip(true);
  write_request();
  // Reading begins at once: a server may answer, and close, before it has read the whole request.
  read_more();
}

void Connection::write_request() {
  out_.clear();
  if (out_.capacity() > kept_text_max) out_.shrink_to_fit();
  append_request(out_, exchange_.request, *parse_url(exchange_.request.url), settings_->user_agent);
  writing_ = !channel_->write(out_, shared_from_this());
}

void Connection::on_written(const error_code& error) {
  writing_ = false;
  if (phase_ != Phase::exchanging || !error) return;
  // The read that is under way may still find what the other side said before it closed; without TLS nothing
  // of that kind is said.
  if (!tls_) abort(ErrorKind::unavailable, "write: " + error.message());
}

void Connection::read_more() {
  channel_->read_some(buffer_.data() + filled_, buffer_.size() - filled_, shared_from_this());
}

void Connection::on_read(const error_code& error, std::size_t size) {
  if (phase_ != Phase::exchanging) return;
  if (error && !answered_ && is_certificate_alert(error)) return on_certificate_refused(error);
  answered_ = answered_ || size != 0;
  filled_ += size;
  if (error) return on_end_of_stream(error);
  consume();
}

void Connection::consume() {
  for (;;) {
    error_code error;
    const auto used = filled_ == 0 ? 0 : reader_->put(asio::const_buffer(buffer_.data(), filled_), error);
    filled_ -= used;
    if (used != 0 && filled_ != 0) std::memmove(buffer_.data(), buffer_.data() + used, filled_);
    if (error && error != boost::beast::http::error::need_more)
      return abort(ErrorKind::protocol, "the answer is broken: " + error.message());
    if (!reader_->is_done()) {
      if (filled_ == buffer_.size())
        return abort(ErrorKind::protocol, "the answer has a line that is too long");
      return read_more();
    }
    const auto status = reader_->response().status;
    if (status >= 200) return complete();
    if (status < 100 || status == 101 || ++interim_answers_ > interim_answers_max)
      return abort(ErrorKind::protocol, "the answer is an interim one that was not asked for");
    reader_.emplace(settings_->limits);
  }
}

void Connection::on_end_of_stream(const error_code& error) {
  if (!reader_->got_some())
    return abort(ErrorKind::unavailable, "closed without an answer: " + error.message());
  // Only an orderly end may end a body without length: anybody on the way can cut a connection short.
  if (error != asio::error::eof && error != asio::ssl::error::stream_truncated)
    return abort(ErrorKind::unavailable, "the answer was interrupted: " + error.message());
  error_code broken;
  if (error == asio::error::eof && reader_->is_header_done()) reader_->put_eof(broken);
  if (broken || !reader_->is_done()) return abort(ErrorKind::protocol, "the answer ends too soon");
  finish(std::move(reader_->response()), false);
}

void Connection::on_certificate_refused(const error_code& error) {
  // With TLS 1.3 a request leaves before the server has looked at our certificate.
  finish(fail(ErrorKind::unavailable, "http",
              "TLS: the server does not accept our client certificate, or misses one: " + error.message()),
         false);
}

void Connection::complete() {
  // Bytes beyond the answer, or an answer before the end of the request: what comes next could be misread.
  const bool keep = reader_->keep_alive() && filled_ == 0 && !writing_ && is_young(Clock::now());
  finish(std::move(reader_->response()), keep);
}

void Connection::abort(ErrorKind kind, std::string detail) {
  const bool untouched = phase_ == Phase::connecting || channel_->sent() == 0;
  finish(fail(Error{.kind = kind,
                    .applied = untouched ? Applied::no : Applied::maybe,
                    .retry_after = {},
                    .origin = "http",
                    .detail = std::move(detail)}),
         false);
}

void Connection::finish(Result<ports::HttpResponse> result, bool keep) {
  const auto self = shared_from_this();
  auto done = std::exchange(exchange_.done, nullptr);
  if (keep) {
    phase_ = Phase::idle;
    owner_->on_free(*this);
  } else {
    auto* owner = owner_;
    drop();
    owner->on_closed(*this);
  }
  if (done) done(std::move(result));
}

void Connection::drop() {
  phase_ = Phase::closed;
  owner_ = nullptr;
  resolver_.cancel();
  if (race_) race_->cancel();
  if (channel_) channel_->close();
}

}  // namespace contactor::http_client
