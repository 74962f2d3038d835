#include "crypto/seal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace contactor::crypto {
namespace {

namespace fs = std::filesystem;

class SealFile : public testing::Test {
 protected:
  SealFile() {
    std::string name = (fs::temp_directory_path() / "ctr_seal_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~SealFile() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return (folder_ / "key").string(); }
  void write(std::size_t size, mode_t mode) const {
    std::ofstream(path()) << std::string(size, 'k');
    ::chmod(path().c_str(), mode);
  }

  fs::path folder_;
};

SealKey a_key(char fill = 'k') { return *SealKey::from_bytes(std::string(32, fill)); }

TEST(Seal, OpensWhatItSealed) {
  for (const std::string text : {"", "secret", "a longer secret with \n and \xff"}) {
    const std::string sealed = seal(a_key(), text, "credential/7");
    EXPECT_EQ(*open_sealed(a_key(), sealed, "credential/7"), text);
    EXPECT_EQ(sealed.find("secret"), std::string::npos);
  }
}

TEST(Seal, NeverSealsTwiceAlike) { EXPECT_NE(seal(a_key(), "x", "c"), seal(a_key(), "x", "c")); }

TEST(Seal, OpensNowhereElse) {
  const std::string sealed = seal(a_key(), "secret", "credential/7");
  EXPECT_FALSE(open_sealed(a_key(), sealed, "credential/8"));
  EXPECT_FALSE(open_sealed(a_key('l'), sealed, "credential/7"));
}

TEST(Seal, NoticesEveryChangedOrMissingByte) {
  const std::string sealed = seal(a_key(), "secret", "c");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_sealed(a_key(), changed, "c")) << i;
    EXPECT_FALSE(open_sealed(a_key(), std::string_view(sealed).substr(0, i), "c")) << i;
  }
}

TEST_F(SealFile, IsMadeOnceAndOnlyForItsOwner) {
  const auto made = load_or_create_seal_key(path());
  ASSERT_TRUE(made);
  EXPECT_EQ(load_or_create_seal_key(path())->reveal(), made->reveal());
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(SealFile, IsRefusedWhereOthersMayReadIt) {
  for (const mode_t mode : {0640U, 0604U, 0644U, 0620U}) {
    write(32, mode);
    EXPECT_EQ(load_or_create_seal_key(path()).error().kind, ErrorKind::unauthorized) << mode;
  }
}

TEST_F(SealFile, IsRefusedWhereItHasAnotherSize) {
  for (const std::size_t size : {0U, 31U, 33U, 64U}) {
    write(size, 0600);
    EXPECT_EQ(load_or_create_seal_key(path()).error().kind, ErrorKind::invalid) << size;
  }
}

TEST_F(SealFile, IsRefusedAsALinkOrAFolder) {
  fs::create_symlink(folder_ / "elsewhere", path());
  EXPECT_EQ(load_or_create_seal_key(path()).error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(load_seal_key(folder_.string()).error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(load_seal_key((folder_ / "none").string()).error().kind, ErrorKind::not_found);
}

TEST_F(SealFile, ReportsAFolderThatDoesNotExist) {
  EXPECT_EQ(load_or_create_seal_key((folder_ / "no" / "key").string()).error().kind, ErrorKind::internal);
}

}  // namespace
}  // namespace contactor::crypto
