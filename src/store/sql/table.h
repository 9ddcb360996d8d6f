// A table as the store uses it: its columns in one order, and the three texts made of them.
//
//   id | fixed: written once | changing: written by every update | version
//
// An insert's parameters are id, fixed, changing, version; an update's are id, changing,
// version read. A table that only grows has no changing columns and no version.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace cobro::store {

class Table {
 public:
  using Columns = std::initializer_list<std::string_view>;
  Table(std::string_view name, Columns fixed, Columns changing);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] std::string_view insert() const { return insert_; }
  // Fails in the database, by the CHECK `cas`, unless the row still has the version read.
  [[nodiscard]] std::string_view update() const { return update_; }
  // The same check without a change. Where others write at the same time the row is written as it
  // is, so that whoever read it before and changes it after fails: what hangs on it may have
  // changed with this. Elsewhere it gives one row when the version is still $2.
  [[nodiscard]] std::string_view rely(bool interleaves) const {
    return interleaves ? rely_by_write_ : rely_;
  }
  // Deletes the row whose id is $1.
  [[nodiscard]] std::string_view remove() const { return remove_; }
  // "SELECT <columns> FROM <name>"; `extra` becomes further columns.
  [[nodiscard]] std::string select(std::string_view extra = {}) const;
  // What `select` reads, for RETURNING.
  [[nodiscard]] std::string_view columns() const { return columns_; }
  // The same of a table that a join calls `alias`, and how many they are.
  [[nodiscard]] std::string columns_of(std::string_view alias) const;
  [[nodiscard]] std::size_t width() const { return names_.size(); }
  // The same one by one, without an alias when it is empty.
  [[nodiscard]] std::vector<std::string> column_list(std::string_view alias = {}) const;
  // One row that tells whether $1 is the id of a row.
  [[nodiscard]] std::string_view exists() const { return exists_; }

 private:
  std::string_view name_;
  std::vector<std::string_view> names_;
  std::string columns_;
  std::string insert_;
  std::string update_;
  std::string rely_;
  std::string rely_by_write_;
  std::string remove_;
  std::string exists_;
};

}  // namespace cobro::store
