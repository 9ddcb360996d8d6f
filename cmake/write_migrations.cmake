# Writes OUTPUT from the folders in FOLDER (see migrations.cmake).
file(GLOB folders LIST_DIRECTORIES true ${FOLDER}/*)
list(SORT folders)
set(entries "")
set(count 0)
foreach(folder ${folders})
  get_filename_component(name ${folder} NAME)
  if(NOT IS_DIRECTORY ${folder} OR NOT name MATCHES "^([0-9][0-9][0-9][0-9])-(.+)$")
    continue()
  endif()
  set(number ${CMAKE_MATCH_1})
  set(title ${CMAKE_MATCH_2})
  string(REGEX REPLACE "^0+" "" number ${number})
  math(EXPR count "${count} + 1")
  if(NOT number EQUAL count)
    message(FATAL_ERROR "migrations/${name}: expected number ${count}")
  endif()
  set(all "")
  set(texts "")
  foreach(script up.sql up.postgres.sql up.sqlite.sql)
    set(text "")
    if(EXISTS ${folder}/${script})
      file(READ ${folder}/${script} text)
    endif()
    string(APPEND all "${script}\n${text}")
    string(APPEND texts ",\n     R\"migration(${text})migration\"")
  endforeach()
  string(SHA256 checksum "${all}")
  string(APPEND entries "    {${number}, \"${title}\", \"${checksum}\"${texts}},\n")
endforeach()
file(WRITE ${OUTPUT}
"// Written by cmake/write_migrations.cmake from the folders in migrations/.
#include \"store/migrations.h\"

namespace cobro::store {

std::span<const Migration> migrations() {
  static constexpr Migration kMigrations[] = {
${entries}  };
  return kMigrations;
}

}  // namespace cobro::store
")
