#include "engine/fleet/owner_book.h"

#include "engine/fleet/owner_fixture.h"

namespace contactor::engine::testing {
namespace {

using OwnerBookTest = OwnerTest;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(OwnerBookTest, WhatOwnersEntrustToUsLiesSealedAndOpensInItsPlaceOnly) {
  enter(entry("s3cret-code"));
  ASSERT_TRUE(borrow(*book_));
  ASSERT_TRUE(keep(*book_, "s3cret-refresh"));
  auto row = disk_.fleet.tesla_owners.at(vin_);
  for (const std::string* text : {&row.sealed_code, &row.sealed_tokens})
    for (const std::string_view secret : {"s3cret", "access"})
      EXPECT_EQ(text->find(secret), std::string::npos);
  EXPECT_EQ(read(*book_).value()->tokens->refresh_token.reveal(), "s3cret-refresh");
  row.vin = vin_of(kTesla, 2);
  EXPECT_FALSE(open_secrets(vault_, row)) << "another vehicle's row";
}

TEST_F(OwnerBookTest, AnOwnerIsReadWithEverythingALoginNeeds) {
  EXPECT_FALSE(read(*book_).value()) << "nobody is on record";
  enter(entry("code-1"));
  const auto owner = read(*book_).value();
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->code.reveal(), "code-1");
  EXPECT_EQ(owner->region, ports::TeslaRegion::north_america);
  EXPECT_EQ(owner->redirect_uri, "https://example.org/back");
  EXPECT_FALSE(owner->tokens);
}

TEST_F(OwnerBookTest, TokensComeAndTheCodeGoesInOneCommit) {
  enter(entry("code-1"));
  ASSERT_TRUE(borrow(*book_));
  const auto before = disk_.fleet.tesla_owners.at(vin_).version;
  ASSERT_TRUE(keep(*book_, "r1"));
  EXPECT_EQ(disk_.fleet.tesla_owners.at(vin_).version, before + 1);
  const auto owner = read(*book_).value();
  EXPECT_TRUE(owner->code.empty());
  EXPECT_EQ(owner->tokens->refresh_token.reveal(), "r1");
}

TEST_F(OwnerBookTest, ALoginIsLentToOneProcessAtATimeAndTheNextSeesWhatItBrought) {
  enter(entry("code-1"));
  const auto other = make_book("there:2");
  ASSERT_TRUE(borrow(*book_));
  EXPECT_EQ(borrow(*other).error().kind, ErrorKind::conflict);
  EXPECT_EQ(borrow(*book_).error().kind, ErrorKind::conflict) << "nor twice to the same one";
  ASSERT_TRUE(keep(*book_, "r1"));
  book_->give_back(vin_);
  time_.run_for(seconds(1));
  EXPECT_EQ(borrow(*other).value()->tokens->refresh_token.reveal(), "r1");
}

TEST_F(OwnerBookTest, WhoKeptALoginForTooLongCanKeepNoTokensInIt) {
  enter(entry("code-1"));
  ASSERT_TRUE(borrow(*book_));
  time_.run_for(minutes(2));
  const auto other = make_book("there:2");
  ASSERT_TRUE(borrow(*other));
  EXPECT_EQ(keep(*book_, "late").error().kind, ErrorKind::conflict);
  ASSERT_TRUE(keep(*other, "r1"));
  EXPECT_EQ(read(*book_).value()->tokens->refresh_token.reveal(), "r1");
}

TEST_F(OwnerBookTest, AProcessThatDiedKeepsNobodyOutForLong) {
  enter(entry("code-1"));
  ASSERT_TRUE(borrow(*book_));
  book_ = make_book("here:2");
  EXPECT_FALSE(borrow(*book_));
  time_.run_for(minutes(2));
  EXPECT_TRUE(borrow(*book_));
}

TEST_F(OwnerBookTest, AConsentThatArrivesDuringALoginIsNotLost) {
  enter(entry("code-1"));
  ASSERT_TRUE(borrow(*book_));
  enter(entry("code-2"));
  EXPECT_EQ(keep(*book_, "r1").error().kind, ErrorKind::conflict);
  EXPECT_EQ(read(*book_).value()->code.reveal(), "code-2");
}

TEST_F(OwnerBookTest, ARefusedCodeIsGoneAndTheTokensBeforeStay) {
  enter(entry("code-1"));
  ASSERT_TRUE(borrow(*book_));
  ASSERT_TRUE(keep(*book_, "r1"));
  book_->give_back(vin_);
  enter(entry("code-2"));
  ASSERT_TRUE(borrow(*book_));
  ASSERT_TRUE(await<Status>([&](auto done) { book_->drop_code(vin_, std::move(done)); }));
  const auto owner = read(*book_).value();
  EXPECT_TRUE(owner->code.empty());
  EXPECT_EQ(owner->tokens->refresh_token.reveal(), "r1");
}

}  // namespace
}  // namespace contactor::engine::testing
