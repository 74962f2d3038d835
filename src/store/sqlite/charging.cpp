#include "store/charging/calls.h"
#include "store/charging/sql.h"
#include "store/sqlite/charging_db.h"
#include "store/sqlite/store.h"

namespace contactor::store::sqlite {

/// Charging's port over the threads of a Store: its writes are committed together with all others.
class Charging final : public ChargingCalls<Charging> {
 public:
  explicit Charging(Store& store) : store_(store) {}
  template <class T, class Work>
  void change(Work work, ports::Done<Result<T>> done);
  template <class T, class Work>
  void ask(Work work, ports::Done<Result<T>> done);

 private:
  Store& store_;
};

namespace {

constexpr std::int64_t kLast = INT64_MAX;  ///< the key of writes that belong to no activation

}  // namespace

template <class T, class Work>
void Charging::change(Work work, ports::Done<Result<T>> done) {
  store_.enqueue<T>(
      kLast,
      [work = std::move(work)](Writer& writer) -> Result<T> {
        ChargingDb db(writer.connection());
        ChargingSql rows(db);
        return work(rows);
      },
      std::move(done));
}

template <class T, class Work>
void Charging::ask(Work work, ports::Done<Result<T>> done) {
  store_.ask<T>(
      [work = std::move(work)](Reader& reader) -> Result<T> {
        ChargingDb db(reader.connection());
        ChargingSql rows(db);
        return work(rows);
      },
      std::move(done));
}

std::unique_ptr<ports::ChargingStore> make_charging(Store& store) {
  return std::make_unique<Charging>(store);
}

}  // namespace contactor::store::sqlite
