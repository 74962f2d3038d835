#include "engine/charging/several.h"

#include <memory>
#include <utility>

namespace contactor::engine {
namespace {

struct Several : std::enable_shared_from_this<Several> {
  std::size_t count = 0;
  std::size_t at_once = 1;
  std::function<void(std::size_t, ports::Done<Status>)> one;
  ports::Done<Status> done;
  std::size_t next = 0;
  std::size_t under_way = 0;
  bool is_starting = false;
  Status outcome;

  void go_on() {
    // What ends at once is gone on with by the loop, not from inside of itself.
    if (std::exchange(is_starting, true)) return;
    while (outcome && next < count && under_way < at_once) {
      ++under_way;
      one(next++, [self = shared_from_this()](Status ended) {
        --self->under_way;
        if (!ended && self->outcome) self->outcome = std::move(ended);
        self->go_on();
      });
    }
    is_starting = false;
    if (under_way == 0 && done) std::exchange(done, nullptr)(std::move(outcome));
  }
};

}  // namespace

void do_several(std::size_t count, std::size_t at_once,
                std::function<void(std::size_t, ports::Done<Status>)> one, ports::Done<Status> done) {
  auto several = std::make_shared<Several>();
  several->count = count;
  several->at_once = at_once;
  several->one = std::move(one);
  several->done = std::move(done);
  several->go_on();
}

}  // namespace contactor::engine
