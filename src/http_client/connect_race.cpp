#include "http_client/connect_race.h"

#include <chrono>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

namespace contactor::http_client {
namespace {

using tcp = boost::asio::ip::tcp;

constexpr std::chrono::milliseconds head_start{250};
constexpr std::size_t addresses_max = 8;

/// In the resolver's order, but the two families in turn: one of them may lead nowhere.
std::vector<tcp::endpoint> in_turn(const tcp::resolver::results_type& found) {
  std::vector<tcp::endpoint> first;
  std::vector<tcp::endpoint> second;
  for (const auto& entry : found) {
    const bool same = first.empty() || entry.endpoint().protocol() == first.front().protocol();
    (same ? first : second).push_back(entry.endpoint());
  }
  std::vector<tcp::endpoint> mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  if (mixed.size() > addresses_max) mixed.resize(addresses_max);
  return mixed;
}

}  // namespace

void ConnectRace::start(const tcp::resolver::results_type& found, Done done) {
  done_ = std::move(done);
  addresses_ = in_turn(found);
  sockets_.reserve(addresses_.size());
  try_next();
}

void ConnectRace::try_next() {
  const std::size_t number = sockets_.size();
  sockets_.emplace_back(io_);
  sockets_.back().async_connect(addresses_[number],
                                [self = shared_from_this(), number](const task::error_code& error) {
                                  self->on_connected(number, error);
                                });
  if (sockets_.size() == addresses_.size()) return;
  timer_.expires_after(head_start);
  timer_.async_wait([self = shared_from_this()](const task::error_code& error) {
    if (!error && self->done_) self->try_next();
  });
}

void ConnectRace::on_connected(std::size_t number, const task::error_code& error) {
  if (!done_) return;
  if (!error) return finish({}, std::move(sockets_[number]));
  if (++failed_ == addresses_.size()) return finish(error, tcp::socket(io_));
  // Only the failure of the latest one leaves nobody who is still worth waiting for before the next.
  if (number + 1 == sockets_.size() && sockets_.size() < addresses_.size()) try_next();
}

void ConnectRace::finish(const task::error_code& error, tcp::socket socket) {
  auto done = std::exchange(done_, nullptr);
  cancel();
  done(error, std::move(socket));
}

void ConnectRace::cancel() {
  done_ = nullptr;
  timer_.cancel();
  task::error_code ignored;
  for (auto& socket : sockets_) socket.close(ignored);
}

}  // namespace contactor::http_client
