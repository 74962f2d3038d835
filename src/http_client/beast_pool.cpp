#include "http_client/beast_pool.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include "http_client/beast_connection.h"
#include "http_client/tls_policy.h"
#include "task/asio.h"
#include "task/deadline_watch.h"

namespace contactor::http_client {
namespace {

namespace ssl = boost::asio::ssl;

Status trust(ssl::context& tls, TlsPolicy& policy) {
  task::error_code error;
  // An idle TLS connection would otherwise keep both of its record buffers.
  SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  tls.set_verify_mode(ssl::verify_peer, error);
  const auto& ca_file = policy.files().ca_file;
  if (ca_file.empty()) {
    tls.set_default_verify_paths(error);
  } else {
    tls.load_verify_file(ca_file, error);
  }
  if (error) return fail(ErrorKind::invalid, "http", "CA file " + ca_file + ": " + error.message());
  if (!policy.apply(tls.native_handle()))
    return fail(ErrorKind::internal, "http", "OpenSSL refused its rules");
  return {};
}

struct Origin {
  std::vector<std::shared_ptr<Connection>> connections;
  std::vector<Connection*> idle;  ///< the last one freed is taken first: its memory is warm
  std::deque<Exchange> queue;
};

/// The part of the URL that says to whom a connection leads.
std::string_view origin_of(std::string_view url, const Url& parts) {
  return url.substr(0, static_cast<std::size_t>(parts.authority.end() - url.begin()));
}

}  // namespace

struct BeastPool::Parts final : ConnectionOwner, std::enable_shared_from_this<Parts> {
  Parts(task::Loop& the_loop, Options the_options)
      : loop(the_loop),
        options(std::move(the_options)),
        settings{.io = task::io_context_of(loop),
                 .tls = tls,
                 .limits = {.header_bytes = static_cast<std::uint32_t>(options.header_bytes_max),
                            .body_bytes = options.body_bytes_max},
                 .connect_max = options.connect_max,
                 .age_max = options.age_max,
                 .user_agent = options.user_agent.empty() ? "contactor/" CTR_VERSION : options.user_agent},
        watch(loop, [this](Clock::time_point now) { return sweep(now); }) {}

  ~Parts() override {
    for (auto& [name, origin] : origins)
      for (auto& connection : origin.connections) connection->drop();
  }

  void fail_later(Done done, ErrorKind kind, std::string detail) {
    loop.post([done = std::move(done), kind, detail = std::move(detail)]() mutable {
      done(fail(kind, "http", std::move(detail)));
    });
  }

  void send(ports::HttpRequest request, Done done) {
    if (closed) return fail_later(std::move(done), ErrorKind::canceled, "the client is closed");
    const auto url = parse_url(request.url);
    if (!url) return fail_later(std::move(done), url.error().kind, url.error().detail);
    if (auto checked = check_headers(request); !checked)
      return fail_later(std::move(done), checked.error().kind, checked.error().detail);
    const auto left = std::min(request.respond_by - loop.now(), options.exchange_max);
    if (left <= Millis(0))
      return fail_later(std::move(done), ErrorKind::timed_out, "no time was left to send it");
    auto* origin = origin_for(origin_of(request.url, *url));
    if (origin == nullptr) return fail_later(std::move(done), ErrorKind::exhausted, "too many origins");
    dispatch(*origin, {std::move(request), std::move(done), Clock::now() + left});
  }

  Origin* origin_for(std::string_view name) {
    auto found = origins.find(name);
    if (found == origins.end()) {
      if (origins.size() >= options.origins_max) forget_unused_origins();
      if (origins.size() >= options.origins_max) return nullptr;
      found = origins.try_emplace(std::string(name)).first;
    }
    return &found->second;
  }

  void forget_unused_origins() {
    std::erase_if(origins, [](const auto& entry) {
      return entry.second.connections.empty() && entry.second.queue.empty();
    });
  }

  void dispatch(Origin& origin, Exchange exchange) {
    watch.cover(exchange.deadline);
    while (!origin.idle.empty()) {
      auto* connection = origin.idle.back();
      origin.idle.pop_back();
      if (connection->is_alive() && connection->is_young(Clock::now()))
        return connection->start(std::move(exchange));
      remove(origin, *connection);
    }
    if (origin.connections.size() < options.connections_per_origin_max)
      return open(origin, std::move(exchange));
    if (queued >= options.queue_max)
      return fail_later(std::move(exchange.done), ErrorKind::exhausted,
                        "too many requests wait for a connection");
    ++queued;
    origin.queue.push_back(std::move(exchange));
  }

  void open(Origin& origin, Exchange exchange) {
    auto connection = origin.connections.emplace_back(std::make_shared<Connection>(*this, settings));
    owner_of[connection.get()] = &origin;
    connection->open(std::move(exchange));
    watch.cover(connection->deadline());
  }

  void remove(Origin& origin, Connection& connection) {
    owner_of.erase(&connection);
    std::erase(origin.idle, &connection);
    const auto found = std::ranges::find(origin.connections, &connection, &std::shared_ptr<Connection>::get);
    const auto keep = std::move(*found);
    origin.connections.erase(found);
    keep->drop();
  }

  Exchange take_queued(Origin& origin) {
    auto next = std::move(origin.queue.front());
    origin.queue.pop_front();
    --queued;
    return next;
  }

  void on_free(Connection& connection) override {
    auto& origin = *owner_of.at(&connection);
    if (!origin.queue.empty()) return connection.start(take_queued(origin));
    connection.set_idle_until(Clock::now() + options.idle_max);
    watch.cover(connection.deadline());
    origin.idle.push_back(&connection);
  }

  void on_closed(Connection& connection) override {
    auto& origin = *owner_of.at(&connection);
    remove(origin, connection);
    if (!origin.queue.empty()) open(origin, take_queued(origin));
  }

  /// Ends what is overdue only after the walk: the callbacks may send anew, or destroy the pool.
  Clock::time_point sweep(Clock::time_point now) {
    const auto self = shared_from_this();
    std::vector<std::shared_ptr<Connection>> overdue;
    std::vector<Done> waited;
    for (auto& [name, origin] : origins) {
      for (auto& connection : origin.connections)
        if (connection->deadline() <= now) overdue.push_back(connection);
      take_overdue(origin, now, waited);
    }
    for (auto& connection : overdue) expire(*connection, now);
    for (auto& done : waited) done(fail(ErrorKind::timed_out, "http", "no connection became free in time"));
    return earliest();
  }

  void take_overdue(Origin& origin, Clock::time_point now, std::vector<Done>& out) {
    const auto gone = std::erase_if(origin.queue, [&](Exchange& exchange) {
      if (exchange.deadline > now) return false;
      out.push_back(std::move(exchange.done));
      return true;
    });
    queued -= gone;
  }

  void expire(Connection& connection, Clock::time_point now) {
    // An exchange that ended just before may have freed the connection or given it the next request.
    const auto found = owner_of.find(&connection);
    if (found == owner_of.end() || connection.deadline() > now) return;
    if (connection.is_busy()) return connection.abort(ErrorKind::timed_out, "no answer in time");
    remove(*found->second, connection);
  }

  Clock::time_point earliest() const {
    auto first = task::DeadlineWatch::never;
    for (const auto& [name, origin] : origins) {
      for (const auto& connection : origin.connections) first = std::min(first, connection->deadline());
      for (const auto& exchange : origin.queue) first = std::min(first, exchange.deadline);
    }
    return first;
  }

  void close() {
    const auto self = shared_from_this();
    closed = true;
    std::vector<Done> waited;
    std::vector<std::shared_ptr<Connection>> open_ones;
    for (auto& [name, origin] : origins) {
      take_overdue(origin, Clock::time_point::max(), waited);
      open_ones.insert(open_ones.end(), origin.connections.begin(), origin.connections.end());
    }
    for (auto& connection : open_ones) {
      const auto found = owner_of.find(connection.get());
      if (found == owner_of.end()) continue;
      if (connection->is_busy())
        connection->abort(ErrorKind::canceled, "the client was closed");
      else
        remove(*found->second, *connection);
    }
    for (auto& done : waited) done(fail(ErrorKind::canceled, "http", "the client was closed"));
  }

  task::Loop& loop;
  Options options;
  std::unique_ptr<TlsPolicy> policy;  ///< before what it was applied to
  ssl::context tls{ssl::context::tls_client};
  ConnectionSettings settings;
  std::map<std::string, Origin, std::less<>> origins;
  std::unordered_map<Connection*, Origin*> owner_of;
  std::size_t queued = 0;
  bool closed = false;
  task::DeadlineWatch watch;
};

Result<std::unique_ptr<BeastPool>> BeastPool::create(task::Loop& loop, Options options) {
  CTR_TRY(policy, TlsPolicy::create(options.tls));
  auto parts = std::make_shared<Parts>(loop, std::move(options));
  parts->policy = std::move(policy);
  CTR_CHECK(trust(parts->tls, *parts->policy));
  return std::unique_ptr<BeastPool>(new BeastPool(std::move(parts)));
}

BeastPool::BeastPool(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
BeastPool::~BeastPool() = default;

void BeastPool::send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) {
  parts_->send(std::move(request), std::move(done));
}

void BeastPool::close() { parts_->close(); }

}  // namespace contactor::http_client
