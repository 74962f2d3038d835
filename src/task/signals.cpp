#include "task/signals.h"

#include <csignal>

#include <boost/asio/signal_set.hpp>

#include "task/asio.h"

namespace contactor::task {

struct Signals::Parts : std::enable_shared_from_this<Parts> {
  Parts(Loop& loop, std::move_only_function<void(int)> action)
      : set(io_context_of(loop), SIGINT, SIGTERM), on_signal(std::move(action)) {}

  void wait() {
    set.async_wait([self = shared_from_this()](const boost::system::error_code& error, int) {
      if (error || self->closed) return;
      self->wait();
      self->on_signal(++self->count);
    });
  }

  boost::asio::signal_set set;
  std::move_only_function<void(int)> on_signal;
  int count = 0;
  bool closed = false;
};

Signals::Signals(Loop& loop, std::move_only_function<void(int)> on_signal)
    : parts_(std::make_shared<Parts>(loop, std::move(on_signal))) {
  std::signal(SIGPIPE, SIG_IGN);
  parts_->wait();
}

Signals::~Signals() {
  parts_->closed = true;
  boost::system::error_code ignored;
  parts_->set.cancel(ignored);
}

}  // namespace contactor::task
