#pragma once

#include <memory>
#include <optional>

#include "app/open_store.h"

namespace contactor::app {

/// A store for a command that asks a few things and ends: every question runs the loop until its answer is
/// there.
class StoreSession {
 public:
  [[nodiscard]] static Result<std::unique_ptr<StoreSession>> open(const std::string& url) {
    auto session = std::make_unique<StoreSession>();
    CTR_TRY(store, open_store(url, session->loop_, session->loop_));
    session->store_ = std::move(store);
    return session;
  }

  /// `ask` starts one question, handing on the callback it is given.
  template <class Answer, class Ask>
  [[nodiscard]] Answer answer(Ask ask) {
    std::optional<Answer> result;
    ask(ports::Done<Answer>([&](Answer got) {
      result = std::move(got);
      loop_.stop();
    }));
    if (!result) loop_.run();
    return std::move(*result);
  }

  [[nodiscard]] ports::Store& store() { return *store_; }
  [[nodiscard]] Instant now() const { return loop_.now(); }

 private:
  task::Loop loop_;
  std::unique_ptr<ports::Store> store_;
};

}  // namespace contactor::app
