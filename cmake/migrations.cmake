# cobro_embed_migrations(target): every folder migrations/NNNN-name becomes an entry of the
# table that src/store/migrations.h declares, with the SHA-256 of its scripts.
function(cobro_embed_migrations target)
  file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/*/up*.sql)
  set(generated ${PROJECT_BINARY_DIR}/generated/migrations.cpp)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${PROJECT_SOURCE_DIR}/migrations -DOUTPUT=${generated}
            -P ${PROJECT_SOURCE_DIR}/cmake/write_migrations.cmake
    DEPENDS ${scripts} ${PROJECT_SOURCE_DIR}/cmake/write_migrations.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()
