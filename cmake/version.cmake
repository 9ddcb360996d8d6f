# "main/version.h", generated: the project's version and the commit it was built from.
# Looked at in every build, written only when it changed.
add_library(cobro_version INTERFACE)
target_include_directories(cobro_version INTERFACE ${PROJECT_BINARY_DIR}/generated)
add_custom_target(cobro_version_header
  BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/main/version.h
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D VERSION=${PROJECT_VERSION}
          -D OUTPUT=${PROJECT_BINARY_DIR}/generated/main/version.h
          -P ${PROJECT_SOURCE_DIR}/cmake/write_version.cmake
  COMMENT "")
add_dependencies(cobro_version cobro_version_header)
