#include "ports/answer_each.h"

namespace contactor::ports {
namespace {

struct Gathering {
  CloudAnswers answers;
  std::size_t missing = 0;
  Done<CloudAnswers> done;

  void take(std::size_t place, CloudAnswer answer) {
    answers[place] = std::move(answer);
    missing -= 1;
    if (missing == 0) done(std::move(answers));
  }
};

}  // namespace

void answer_each(std::vector<CloudSubject> subjects, const AskOne& ask, Done<CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto gathering = std::make_shared<Gathering>(Gathering{
      .answers = CloudAnswers(subjects.size()), .missing = subjects.size(), .done = std::move(done)});
  for (std::size_t i = 0; i < subjects.size(); ++i)
    ask(std::move(subjects[i]),
        [gathering, i](CloudAnswer answer) { gathering->take(i, std::move(answer)); });
}

CloudAnswers fail_all(std::size_t subjects, const Error& error) {
  return {subjects, CloudAnswer(fail(error))};
}

}  // namespace contactor::ports
