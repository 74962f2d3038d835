#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "task/channel.h"

namespace contactor::http_client {

/// Connects to the first of several addresses that answers: the next one is tried when the one before has
/// failed, or has been silent for a quarter of a second. A black hole costs that much, and not the deadline.
/// @source RFC 8305, sections 4 and 5.
class ConnectRace final : public std::enable_shared_from_this<ConnectRace> {
 public:
  using tcp = boost::asio::ip::tcp;
  using Done = std::function<void(const task::error_code&, tcp::socket)>;

  explicit ConnectRace(boost::asio::io_context& io) : io_(io), timer_(io) {}
  /// Calls `done` once, later; not at all after `cancel`. At most eight addresses are tried.
  void start(const tcp::resolver::results_type& found, Done done);
  void cancel();

 private:
  void try_next();
  void on_connected(std::size_t number, const task::error_code& error);
  void finish(const task::error_code& error, tcp::socket socket);

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  std::vector<tcp::endpoint> addresses_;
  std::vector<tcp::socket> sockets_;  ///< one for each address that was tried
  std::size_t failed_ = 0;
  Done done_;
};

}  // namespace contactor::http_client
