#pragma once

#include <string>

#include "base/result.h"

namespace contactor::store::sqlite {

/// Keeps a second process away from the database while this object lives. The system drops the lock if we
/// die.
class LockFile {
 public:
  /// Locks `<database_path>.lock`; the database itself is not touched.
  /// @errors  conflict, naming the process that holds it; unavailable where the file cannot be made.
  static Result<LockFile> take(const std::string& database_path);
  LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace contactor::store::sqlite
