#include "server/listener.h"

#include <openssl/ssl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/log.h"
#include "server/connection.h"
#include "server/local_socket.h"
#include "task/asio.h"
#include "task/deadline_watch.h"

namespace contactor::server {
namespace {

namespace ssl = boost::asio::ssl;
using tcp = boost::asio::ip::tcp;

constexpr int backlog = 1024;
// Connections beyond the limit that are being told so.
constexpr std::size_t turned_away_max = 64;
// After "no more file descriptors" and the like.
constexpr auto accept_pause = Millis(100);

Status load_certificate(ssl::context& tls, const Listener::Options& options) {
  task::error_code error;
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(tls.native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  tls.use_certificate_chain_file(options.certificate_file, error);
  if (error)
    return fail(ErrorKind::invalid, "server",
                "certificate " + options.certificate_file + ": " + error.message());
  tls.use_private_key_file(options.key_file, ssl::context::pem, error);
  if (error) return fail(ErrorKind::invalid, "server", "key " + options.key_file + ": " + error.message());
  return {};
}

}  // namespace

struct Listener::Parts final : ConnectionOwner, std::enable_shared_from_this<Parts> {
  Parts(task::Loop& the_loop, api::Handler& the_handler, Options the_options)
      : loop(the_loop),
        the_handler_(the_handler),
        options_(std::move(the_options)),
        acceptor(task::io_context_of(loop)),
        watch(loop, [this](Clock::time_point now) { return sweep(now); }) {}

  ~Parts() override {
    for (auto& [key, connection] : open) connection->drop();
  }

  Status listen() { return is_local() ? listen_locally() : listen_on_the_network(); }

  [[nodiscard]] bool is_local() const { return !options_.socket_file.empty(); }

  /// Asio only accepts, reads and writes, which is the same for every stream: it need not know that these
  /// sockets are of another family, and nobody asks them for addresses.
  Status listen_locally() {
    CTR_TRY(descriptor, listen_at(options_.socket_file));
    task::error_code error;
    acceptor.assign(tcp::v4(), descriptor.number(), error);
    if (error) return fail(ErrorKind::unavailable, "server", options_.socket_file + ": " + error.message());
    (void)descriptor.release();
    return {};
  }

  Status listen_on_the_network() {
    task::error_code error;
    const auto address = boost::asio::ip::make_address(options_.host, error);
    if (error)
      return fail(ErrorKind::invalid, "server", "listen address " + options_.host + ": " + error.message());
    if (!options_.certificate_file.empty()) {
      tls.emplace(ssl::context::tls_server);
      CTR_CHECK(load_certificate(*tls, options_));
    }
    const tcp::endpoint endpoint(address, options_.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(backlog, error);
    if (error)
      return fail(ErrorKind::unavailable, "server",
                  fmt::format("listen on {}:{}: {}", options_.host, options_.port, error.message()));
    port = acceptor.local_endpoint(error).port();
    return {};
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const task::error_code& error, tcp::socket socket) {
      if (self->closing || !self->acceptor.is_open()) return;
      if (error) return self->accept_later(error);
      self->take(std::move(socket));
      self->accept();
    });
  }

  void accept_later(const task::error_code& error) {
    log::warn("server", "accept: {}", error.message());
    loop.call_at(loop.now() + accept_pause, [weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && !self->closing) self->accept();
    });
  }

  static std::optional<Peer> network_peer(tcp::socket& socket) {
    task::error_code error;
    const auto address = socket.remote_endpoint(error).address().to_string();
    if (error) return std::nullopt;
    socket.set_option(tcp::no_delay(true), error);
    return Peer{.address = address};
  }

  /// The file's mode keeps others away already; not every file system minds it.
  static std::optional<Peer> local_peer(tcp::socket& socket) {
    const auto known = local_peer_of(socket.native_handle());
    if (!known || (known->user != geteuid() && known->user != 0)) return std::nullopt;
    return Peer{.address = fmt::format("local:{}", known->user), .local_user = known->user};
  }

  void take(tcp::socket socket) {
    const auto peer = is_local() ? local_peer(socket) : network_peer(socket);
    if (!peer) return;
    const std::string& address = peer->address;
    const auto used = per_address.find(address);
    const bool full = open.size() >= options_.connections_max ||
                      (used != per_address.end() && used->second >= options_.connections_per_address_max);
    if (full && open.size() >= options_.connections_max + turned_away_max) return;
    if (full && turned_away >= turned_away_max) return;
    auto connection = std::make_shared<Connection>(*this, std::move(socket), tls ? &*tls : nullptr, *peer);
    open.emplace(connection.get(), connection);
    ++per_address[address];
    if (!full) return connection->start();
    ++turned_away;
    turned_away_ones.push_back(connection.get());
    connection->turn_away();
  }

  [[nodiscard]] api::Handler& handler() override { return the_handler_; }
  [[nodiscard]] const Options& options() const override { return options_; }
  [[nodiscard]] bool is_closing() const override { return closing; }
  void cover(Clock::time_point deadline) override { watch.cover(deadline); }

  void on_closed(Connection& connection) override {
    const auto used = per_address.find(connection.address());
    if (used != per_address.end() && --used->second == 0) per_address.erase(used);
    turned_away -= static_cast<std::size_t>(std::erase(turned_away_ones, &connection));
    open.erase(&connection);
    if (closing && open.empty()) finish_closing();
  }

  Clock::time_point sweep(Clock::time_point now) {
    const auto self = shared_from_this();
    std::vector<std::shared_ptr<Connection>> overdue;
    for (auto& [key, connection] : open)
      if (connection->deadline() <= now) overdue.push_back(connection);
    for (auto& connection : overdue)
      if (connection->deadline() <= now) connection->on_deadline();
    auto next = task::DeadlineWatch::never;
    for (auto& [key, connection] : open) next = std::min(next, connection->deadline());
    return next;
  }

  void stop_accepting() {
    closing = true;
    if (is_local() && acceptor.is_open()) (void)unlink(options_.socket_file.c_str());
    task::error_code ignored;
    acceptor.close(ignored);
  }

  void close(std::move_only_function<void()> done) {
    const auto self = shared_from_this();
    stop_accepting();
    on_all_closed = std::move(done);
    std::vector<std::shared_ptr<Connection>> all;
    for (auto& [key, connection] : open) all.push_back(connection);
    for (auto& connection : all) connection->wind_down();
    if (open.empty()) return finish_closing();
    loop.call_at(loop.now() + options_.close_max, [weak = weak_from_this()] {
      if (const auto parts = weak.lock()) parts->cut_all();
    });
  }

  void cut_all() {
    if (!open.empty()) log::warn("server", "{} connections were cut when the server closed", open.size());
    for (auto& [key, connection] : open) connection->drop();
    open.clear();
    finish_closing();
  }

  void finish_closing() {
    if (on_all_closed) loop.post(std::exchange(on_all_closed, nullptr));
  }

  task::Loop& loop;
  api::Handler& the_handler_;
  Options options_;
  std::optional<ssl::context> tls;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> open;
  std::unordered_map<std::string, std::size_t> per_address;
  std::vector<Connection*> turned_away_ones;
  std::size_t turned_away = 0;
  bool closing = false;
  std::move_only_function<void()> on_all_closed;
  task::DeadlineWatch watch;
};

Result<std::unique_ptr<Listener>> Listener::create(task::Loop& loop, api::Handler& handler, Options options) {
  auto parts = std::make_shared<Parts>(loop, handler, std::move(options));
  CTR_CHECK(parts->listen());
  parts->accept();
  return std::unique_ptr<Listener>(new Listener(std::move(parts)));
}

Listener::Listener(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

Listener::~Listener() {
  parts_->stop_accepting();
  for (auto& [key, connection] : parts_->open) connection->drop();
  parts_->open.clear();
}

std::uint16_t Listener::port() const { return parts_->port; }
std::size_t Listener::connections() const { return parts_->open.size(); }
void Listener::close(std::move_only_function<void()> done) { parts_->close(std::move(done)); }

}  // namespace contactor::server
