#include "server/smtp_sink.h"

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "server/smtp_dialogue.h"
#include "task/asio.h"
#include "task/channel.h"
#include "task/deadline_watch.h"

namespace contactor::server {
namespace {

using tcp = boost::asio::ip::tcp;
using Clock = task::DeadlineWatch::Clock;

// A client that sends commands and does not read the replies.
constexpr std::size_t unread_max = 64 * 1024;

class SmtpConnection final : public task::ChannelUser, public std::enable_shared_from_this<SmtpConnection> {
 public:
  SmtpConnection(tcp::socket socket, const SmtpSink::Options& options, SmtpSink::OnMail& on_mail)
      : channel_(std::move(socket), nullptr), idle_max_(options.idle_max), dialogue_(options, on_mail) {}

  void start() {
    replies_ = SmtpDialogue::greeting();
    flush();
    read_more();
  }
  [[nodiscard]] bool is_closed() const { return closed_; }
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  void close() {
    closed_ = true;
    channel_.close();
  }

  void on_handshake(const task::error_code&) override {}
  void on_read(const task::error_code& error, std::size_t size) override {
    if (closed_) return;
    if (error || replies_.size() > unread_max) return close();
    if (!dialogue_.is_over()) dialogue_.take({buffer_.data(), size}, replies_);
    flush();
    if (!closed_) read_more();
  }
  void on_written(const task::error_code& error) override {
    writing_ = false;
    if (closed_) return;
    if (error) return close();
    flush();
  }

 private:
  void read_more() {
    deadline_ = Clock::now() + idle_max_;
    channel_.read_some(buffer_.data(), buffer_.size(), shared_from_this());
  }
  void flush() {
    if (writing_) return;
    if (!replies_.empty()) {
      out_.clear();
      out_.swap(replies_);
      writing_ = !channel_.write(out_, shared_from_this());
    }
    if (!writing_ && dialogue_.is_over()) channel_.shut_down_sending();
  }

  task::Channel channel_;
  Millis idle_max_;
  SmtpDialogue dialogue_;
  std::string replies_;
  std::string out_;
  bool writing_ = false;
  bool closed_ = false;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::array<char, 8 * 1024> buffer_;
};

}  // namespace

struct SmtpSink::Parts : std::enable_shared_from_this<Parts> {
  Parts(task::Loop& the_loop, OnMail action, Options the_options)
      : options(std::move(the_options)),
        on_mail(std::move(action)),
        acceptor(task::io_context_of(the_loop)),
        watch(the_loop, [this](Clock::time_point now) { return sweep(now); }) {}

  Status listen() {
    task::error_code error;
    const auto address = boost::asio::ip::make_address(options.host, error);
    if (error)
      return fail(ErrorKind::invalid, "smtp", "listen address " + options.host + ": " + error.message());
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(64, error);
    if (error)
      return fail(ErrorKind::unavailable, "smtp", "listen on " + options.host + ": " + error.message());
    port = acceptor.local_endpoint(error).port();
    return {};
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const task::error_code& error, tcp::socket socket) {
      if (!self->acceptor.is_open()) return;
      if (!error) self->take(std::move(socket));
      self->accept();
    });
  }

  void take(tcp::socket socket) {
    forget_closed();
    if (open.size() >= options.connections_max) return;
    auto connection =
        open.emplace_back(std::make_shared<SmtpConnection>(std::move(socket), options, on_mail));
    connection->start();
    watch.cover(connection->deadline());
  }

  void forget_closed() {
    std::erase_if(open, [](const auto& connection) { return connection->is_closed(); });
  }

  Clock::time_point sweep(Clock::time_point now) {
    auto next = task::DeadlineWatch::never;
    for (auto& connection : open) {
      if (!connection->is_closed() && connection->deadline() <= now) connection->close();
    }
    forget_closed();
    for (auto& connection : open) next = std::min(next, connection->deadline());
    return next;
  }

  void close() {
    task::error_code ignored;
    acceptor.close(ignored);
    for (auto& connection : open) connection->close();
  }

  Options options;
  OnMail on_mail;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::vector<std::shared_ptr<SmtpConnection>> open;
  task::DeadlineWatch watch;
};

Result<std::unique_ptr<SmtpSink>> SmtpSink::create(task::Loop& loop, OnMail on_mail, Options options) {
  auto parts = std::make_shared<Parts>(loop, std::move(on_mail), std::move(options));
  CTR_CHECK(parts->listen());
  parts->accept();
  return std::unique_ptr<SmtpSink>(new SmtpSink(std::move(parts)));
}

SmtpSink::SmtpSink(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
SmtpSink::~SmtpSink() { parts_->close(); }
std::uint16_t SmtpSink::port() const { return parts_->port; }

}  // namespace contactor::server
