# With COBRO_UNITY several sources are compiled as one, which reads the headers they share once:
# a third of the time, or less. Not in dev and asan: there a changed file is compiled alone, and each
# shows that it includes what it needs.
option(COBRO_UNITY "compile the sources of a folder in batches" OFF)

# cobro_unity(variable): replaces the list of sources in the variable by batches of them. Where a
# batch ends depends on the names of its files, so that a new file changes one batch or two.
# Sources that do not go together (two helpers of one name) are compiled apart by
# cmake/compile_batch: nothing in a source has to care.
function(cobro_unity variable)
  if(NOT COBRO_UNITY)
    return()
  endif()
  set(batches "")
  set(batch "")
  set(count 0)
  set(sources ${${variable}})
  list(LENGTH sources left)
  foreach(source ${sources})
    file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${source})
    if(count EQUAL 0)
      string(REGEX REPLACE "[^A-Za-z0-9.]" "_" title ${name})
    endif()
    string(APPEND batch "#include \"${name}\"\n")
    math(EXPR count "${count} + 1")
    math(EXPR left "${left} - 1")
    string(MD5 hash ${name})
    string(SUBSTRING ${hash} 0 4 hash)
    math(EXPR ends "0x${hash} % 4")
    if(count EQUAL 10 OR (count GREATER 4 AND ends EQUAL 0) OR left EQUAL 0)
      set(file ${PROJECT_BINARY_DIR}/unity/${title})
      file(CONFIGURE OUTPUT ${file} CONTENT "${batch}" @ONLY)
      list(APPEND batches ${file})
      set(batch "")
      set(count 0)
    endif()
  endforeach()
  set(${variable} ${batches} PARENT_SCOPE)
endfunction()

if(COBRO_UNITY)
  add_compile_options("SHELL:-iquote ${PROJECT_SOURCE_DIR}")
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PROJECT_SOURCE_DIR}/cmake/compile_batch ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
