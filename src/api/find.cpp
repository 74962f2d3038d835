#include "api/find.h"

#include "api/environment.h"

namespace contactor::api {

void find_activation(const CallPtr& call,
                     std::move_only_function<void(const CallPtr&, ota::Activation)> then) {
  const auto id = parse_id<ActivationTag>(call->path_value("id"));
  if (id.empty()) return call->refuse(no_such_thing());
  call->env->store.find(
      id, or_refuse<std::optional<ota::Activation>>(
              call, [call, then = std::move(then)](std::optional<ota::Activation> found) mutable {
                // What belongs to somebody else does not exist for this caller.
                if (!found || !call->principal().sees(found->order->ordered_by))
                  return call->refuse(no_such_thing());
                then(call, std::move(*found));
              }));
}

void read_story(const CallPtr& call, ota::Activation activation,
                std::move_only_function<void(const CallPtr&, Story)> then) {
  auto story = std::make_shared<Story>();
  story->activation = std::move(activation);
  ports::Store& store = call->env->store;
  auto with_pending = [call, story, then = std::move(then)](std::vector<ports::OutboxEntry> pending) mutable {
    story->pending = std::move(pending);
    then(call, std::move(*story));
  };
  auto with_notices = [call, story, &store,
                       next = std::move(with_pending)](std::vector<ports::NoticeRecord> notices) mutable {
    story->notices = std::move(notices);
    store.pending_outbox(story->activation.id,
                         or_refuse<std::vector<ports::OutboxEntry>>(call, std::move(next)));
  };
  store.history(
      story->activation.id,
      or_refuse<std::vector<ota::HistoryEntry>>(call, [call, story, &store, next = std::move(with_notices)](
                                                          std::vector<ota::HistoryEntry> history) mutable {
        story->history = std::move(history);
        store.notices(story->activation.id,
                      or_refuse<std::vector<ports::NoticeRecord>>(call, std::move(next)));
      }));
}

}  // namespace contactor::api
