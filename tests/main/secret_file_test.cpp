#include "main/configuration/secret_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <set>

#include "net/loop.h"

namespace cobro::configuration {
namespace {

class SecretFile : public testing::Test {
 protected:
  SecretFile() {
    std::string name = (std::filesystem::temp_directory_path() / "cobro-XXXXXX").string();
    folder = mkdtemp(name.data());
    path = folder + "/jwt_secret";
  }
  ~SecretFile() override { std::filesystem::remove_all(folder); }

  std::string folder;
  std::string path;
};

TEST_F(SecretFile, is_made_once_for_its_owner_alone_and_used_again) {
  net::SystemRandom random;
  const auto first = secret_of_file(path, random);
  EXPECT_EQ(first.reveal().size(), 64U);
  EXPECT_EQ(secret_of_file(path, random).reveal(), first.reveal());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(SecretFile, is_not_made_for_who_only_wants_to_know_it) {
  EXPECT_FALSE(existing_secret_of_file(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  net::SystemRandom random;
  const auto made = secret_of_file(path, random);
  EXPECT_EQ(existing_secret_of_file(path)->reveal(), made.reveal());
}

TEST_F(SecretFile, processes_that_start_at_once_agree) {
  std::vector<std::future<std::string>> starts;
  for (int i = 0; i < 16; ++i)
    starts.push_back(std::async(std::launch::async, [this] {
      net::SystemRandom random;
      return std::string(secret_of_file(path, random).reveal());
    }));
  std::set<std::string> seen;
  for (auto& start : starts) seen.insert(start.get());
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder),
                          std::filesystem::directory_iterator()),
            1);
}

TEST_F(SecretFile, a_file_that_holds_no_key_is_not_replaced_silently) {
  std::ofstream(path) << "short\n";
  net::SystemRandom random;
  EXPECT_THROW(secret_of_file(path, random), std::runtime_error);
}

TEST_F(SecretFile, a_folder_that_cannot_be_written_is_said) {
  net::SystemRandom random;
  EXPECT_THROW(secret_of_file(folder + "/absent/jwt_secret", random), std::runtime_error);
}

}  // namespace
}  // namespace cobro::configuration
