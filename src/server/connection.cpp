#include "server/connection.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "server/response_text.h"

namespace contactor::server {
namespace {

constexpr auto linger_time = Millis(2'000);
// Enough that a client which sends twice the limit before it reads still hears why it was refused. Nothing of
// it is kept.
constexpr std::size_t discarded_max = 4 * 1024 * 1024;
// A buffer that once held more than this gives its memory back.
constexpr std::size_t kept_text_max = 64 * 1024;

constexpr Refusal timed_out{408, "request-timeout", "the request did not arrive in time"};
constexpr Refusal body_malformed{400, "malformed-request", "the body is malformed"};
constexpr Refusal body_too_large{413, "body-too-large", "the request's body exceeds the limit"};
constexpr Refusal too_many{503, "too-many-connections", "the server has no free connection"};
constexpr Refusal unanswered{500, "internal", "the request was not answered"};

/// The way back to one exchange. Lost without being used, it answers 500: a client is never left hanging.
class Answer {
 public:
  Answer(std::weak_ptr<Connection> connection, unsigned number)
      : connection_(std::move(connection)), number_(number) {}
  Answer(Answer&&) = default;
  ~Answer() {
    if (const auto connection = connection_.lock()) connection->respond(number_, problem(unanswered));
  }
  void operator()(api::Response response) {
    const auto connection = std::exchange(connection_, {}).lock();
    if (connection) connection->respond(number_, std::move(response));
  }

 private:
  std::weak_ptr<Connection> connection_;
  unsigned number_;
};

class ConnectionStream final : public api::Stream {
 public:
  ConnectionStream(std::weak_ptr<Connection> connection, unsigned number)
      : connection_(std::move(connection)), number_(number) {}
  ~ConnectionStream() override { ConnectionStream::close(); }
  bool write(std::string_view chunk) override {
    const auto connection = connection_.lock();
    return connection && connection->write_stream(number_, chunk);
  }
  void close() override {
    if (const auto connection = std::exchange(connection_, {}).lock()) connection->close_stream(number_);
  }

 private:
  std::weak_ptr<Connection> connection_;
  unsigned number_;
};

std::size_t body_limit_of(const Listener::Options& options, std::string_view target) {
  std::size_t limit = options.body_bytes_max;
  std::size_t longest = 0;
  for (const auto& [prefix, bytes] : options.body_limits) {
    if (!target.starts_with(prefix) || prefix.size() < longest) continue;
    longest = prefix.size();
    limit = bytes;
  }
  return limit;
}

}  // namespace

Connection::Connection(ConnectionOwner& owner, task::Channel::Socket socket, task::Channel::TlsContext* tls,
                       Peer peer)
    : owner_(&owner),
      channel_(std::move(socket), tls),
      peer_(std::move(peer)),
      check_(
          {.head_bytes = owner.options().head_bytes_max, .target_bytes = owner.options().target_bytes_max}) {}

void Connection::start() {
  wait_until(Clock::now() + owner_->options().head_max);
  if (channel_.is_tls()) return channel_.handshake_as_server(shared_from_this());
  on_handshake({});
}

void Connection::turn_away() {
  // A TLS handshake would cost more than the answer is worth.
  if (channel_.is_tls()) return close();
  refuse(too_many);
}

void Connection::wait_until(Clock::time_point deadline) {
  deadline_ = deadline;
  if (deadline != Clock::time_point::max()) owner_->cover(deadline);
}

void Connection::on_handshake(const task::error_code& error) {
  if (phase_ == Phase::closed) return;
  if (error) return close();
  phase_ = Phase::head;
  read_more();
}

void Connection::on_deadline() {
  const bool begun = (phase_ == Phase::head && !in_.empty()) || phase_ == Phase::body;
  if (begun) return refuse(timed_out);
  close();
}

void Connection::read_more() {
  if (std::exchange(reading_, true)) return;
  channel_.read_some(buffer_.data(), buffer_.size(), shared_from_this());
}

void Connection::on_read(const task::error_code& error, std::size_t size) {
  reading_ = false;
  if (phase_ == Phase::closed) return;
  // While a request is handled nothing is read, but a read that began before may still end here.
  if (error) return close();
  if (phase_ == Phase::lingering || phase_ == Phase::streaming) {
    discarded_ += size;
    return discarded_ > discarded_max ? close() : read_more();
  }
  if (phase_ == Phase::head && in_.empty()) wait_until(Clock::now() + owner_->options().head_max);
  in_.append(buffer_.data(), size);
  process();
}

void Connection::process() {
  if (processing_) return;
  const auto self = shared_from_this();
  processing_ = true;
  bool more = true;
  while (more) {
    if (phase_ == Phase::head) {
      more = read_head();
    } else if (phase_ == Phase::body) {
      more = read_body();
    } else {
      more = false;
    }
  }
  processing_ = false;
}

/// @return whether there is more to do at once.
bool Connection::read_head() {
  // An empty line before a request is old clients' habit.
  while (in_.starts_with("\r\n")) in_.erase(0, 2);
  if (in_.empty() && owner_->is_closing()) return close(), false;
  switch (check_.check(in_)) {
    case HeadCheck::Outcome::incomplete:
      read_more();
      return false;
    case HeadCheck::Outcome::refused:
      refuse(check_.refusal());
      return false;
    case HeadCheck::Outcome::complete:
      break;
  }
  return begin_body(check_.head());
}

bool Connection::begin_body(const Head& head) {
  const auto limit = body_limit_of(owner_->options(), head.target);
  if (head.content_length.value_or(0) > limit) return refuse(body_too_large), false;
  is_head_ = head.method == "HEAD";
  is_http_1_1_ = !head.is_http_1_0;
  reader_.emplace(static_cast<std::uint32_t>(owner_->options().head_bytes_max) + 2, limit);
  task::error_code error;
  const auto used = reader_->put(boost::asio::const_buffer(in_.data(), head.size), error);
  if ((error && error != boost::beast::http::error::need_more) || used != head.size ||
      !reader_->is_header_done())
    return refuse({400, "malformed-request", "the request is malformed"}), false;
  const bool invite = head.expects_continue && !reader_->is_done();
  in_.erase(0, used);
  check_.reset();
  phase_ = Phase::body;
  wait_until(Clock::now() + owner_->options().body_max);
  if (invite && in_.empty()) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    writing_ = !channel_.write(go_on, shared_from_this());
    if (writing_) return false;
  }
  return true;
}

bool Connection::read_body() {
  task::error_code error;
  while (!reader_->is_done() && !in_.empty() && !error) {
    const auto used = reader_->put(boost::asio::const_buffer(in_.data(), in_.size()), error);
    in_.erase(0, used);
    if (used == 0) break;
  }
  if (error == boost::beast::http::error::body_limit) return refuse(body_too_large), false;
  const bool stuck = in_.size() > owner_->options().head_bytes_max && !reader_->is_done();
  if ((error && error != boost::beast::http::error::need_more) || stuck) return refuse(body_malformed), false;
  if (!reader_->is_done()) return read_more(), false;
  hand_over();
  return phase_ == Phase::head;
}

void Connection::hand_over() {
  phase_ = Phase::handling;
  wait_until(Clock::time_point::max());
  close_after_ = !reader_->keep_alive() || !is_http_1_1_;
  auto request = std::move(reader_->request());
  request.remote_address = peer_.address;
  request.local_user = peer_.local_user;
  ++number_;
  auto& handler = owner_->handler();
  if (is_head_) {
    request.method = "GET";
  } else if (handler.open_stream(request, [self = weak_from_this(), number = number_](api::Response head) {
               const auto connection = self.lock();
               return connection ? connection->start_stream(number, std::move(head)) : nullptr;
             })) {
    return;
  }
  handler.handle(std::move(request), Answer(weak_from_this(), number_));
}

void Connection::respond(unsigned number, api::Response response) {
  if (number != number_ || phase_ != Phase::handling) return;
  send(response);
}

void Connection::send(const api::Response& response) {
  if (owner_->is_closing()) close_after_ = true;
  phase_ = Phase::writing;
  out_.clear();
  if (out_.capacity() > kept_text_max) out_.shrink_to_fit();
  append_response(out_, response, {.is_head = is_head_, .close = close_after_, .now = std::time(nullptr)});
  writing_ = !channel_.write(out_, shared_from_this());
  if (!writing_) return after_write();
  wait_until(Clock::now() + owner_->options().write_max);
}

void Connection::refuse(const Refusal& refusal) {
  close_after_ = true;
  if (writing_) return close();
  send(problem(refusal));
}

void Connection::on_written(const task::error_code& error) {
  writing_ = false;
  if (phase_ == Phase::closed) return;
  if (error) return close();
  if (phase_ == Phase::writing) return after_write();
  if (phase_ == Phase::streaming) return flush_stream();
  process();
}

void Connection::after_write() {
  if (close_after_) return linger();
  is_head_ = false;
  phase_ = Phase::head;
  const auto& options = owner_->options();
  wait_until(Clock::now() + (in_.empty() ? options.idle_max : options.head_max));
  process();
}

std::shared_ptr<api::Stream> Connection::start_stream(unsigned number, api::Response head) {
  if (number != number_ || phase_ != Phase::handling) return nullptr;
  phase_ = Phase::streaming;
  close_after_ = true;
  pending_.clear();
  const auto form = is_http_1_1_ ? BodyForm::chunks : BodyForm::until_close;
  append_response(pending_, head, {.close = true, .body = form, .now = std::time(nullptr)});
  flush_stream();
  if (phase_ == Phase::streaming) read_more();  // only to see the client leave
  return std::make_shared<ConnectionStream>(weak_from_this(), number);
}

bool Connection::write_stream(unsigned number, std::string_view chunk) {
  if (number != number_ || phase_ != Phase::streaming || stream_ends_) return false;
  if (pending_.size() + chunk.size() > owner_->options().stream_buffer_max) return close(), false;
  if (chunk.empty()) return true;  // an empty chunk would end the stream
  if (is_http_1_1_) {
    append_chunk(pending_, chunk);
  } else {
    pending_.append(chunk);
  }
  flush_stream();
  return phase_ == Phase::streaming;
}

void Connection::close_stream(unsigned number) {
  if (number != number_ || phase_ != Phase::streaming || std::exchange(stream_ends_, true)) return;
  if (is_http_1_1_) pending_.append("0\r\n\r\n");
  flush_stream();
}

void Connection::flush_stream() {
  if (writing_) return;
  wait_until(Clock::time_point::max());
  if (pending_.empty()) return stream_ends_ ? linger() : void();
  out_.swap(pending_);
  pending_.clear();
  writing_ = !channel_.write(out_, shared_from_this());
  if (writing_) return wait_until(Clock::now() + owner_->options().write_max);
  if (stream_ends_) linger();
}

/// Closing while bytes are unread resets the connection, and the client could lose the answer: the end is
/// told first, and what still comes is thrown away for a moment.
void Connection::linger() {
  phase_ = Phase::lingering;
  discarded_ = 0;
  channel_.shut_down_sending();
  wait_until(Clock::now() + linger_time);
  read_more();
}

void Connection::wind_down() {
  switch (phase_) {
    case Phase::handshake:
    case Phase::lingering:
      return close();
    case Phase::head:
      return in_.empty() ? close() : void();
    case Phase::streaming:
      return close_stream(number_);
    case Phase::body:
    case Phase::handling:
    case Phase::writing:
    case Phase::closed:
      return;
  }
}

void Connection::close() {
  const auto self = shared_from_this();
  auto* owner = owner_;
  drop();
  if (owner != nullptr) owner->on_closed(*this);
}

void Connection::drop() {
  phase_ = Phase::closed;
  owner_ = nullptr;
  channel_.close();
}

}  // namespace contactor::server
