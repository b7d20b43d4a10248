/* mapping_type.c - Mapping: a file mapped into memory, read only. */
#include "module.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#ifdef _WIN32
static int map_path(PyObject *path, MappingObject *mapping)
{
    wchar_t *name = PyUnicode_AsWideCharString(path, NULL);
    if (!name)
        return -1;
    HANDLE file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    PyMem_Free(name);
    LARGE_INTEGER size;
    if (file == INVALID_HANDLE_VALUE || !GetFileSizeEx(file, &size)) {
        PyErr_SetFromWindowsErr(0);
        if (file != INVALID_HANDLE_VALUE)
            CloseHandle(file);
        return -1;
    }
    mapping->size = (size_t)size.QuadPart;
    if (mapping->size) {
        HANDLE view = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
        mapping->data = view ? MapViewOfFile(view, FILE_MAP_READ, 0, 0, 0) : NULL;
        if (!mapping->data)
            PyErr_SetFromWindowsErr(0);
        if (view)
            CloseHandle(view);
    }
    CloseHandle(file);
    return mapping->size && !mapping->data ? -1 : 0;
}
#else
static int map_path(PyObject *path, MappingObject *mapping)
{
    PyObject *name;
    if (!PyUnicode_FSConverter(path, &name))
        return -1;
    int file = open(PyBytes_AsString(name), O_RDONLY | O_CLOEXEC);
    Py_DECREF(name);
    off_t size = file < 0 ? -1 : lseek(file, 0, SEEK_END); /* fstat would bind a wheel to glibc 2.33 */
    if (size < 0) {
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
        if (file >= 0)
            close(file);
        return -1;
    }
    mapping->size = (size_t)size;
    if (mapping->size) {
        void *data = mmap(NULL, mapping->size, PROT_READ, MAP_SHARED, file, 0);
        if (data == MAP_FAILED)
            PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
        else
            mapping->data = data;
    }
    close(file);
    return mapping->size && !mapping->data ? -1 : 0;
}
#endif

static PyObject *mapping_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *path;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "U:Mapping", &path))
        return NULL;
    MappingObject *self = (MappingObject *)new_object(type);
    if (self && map_path(path, self)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void mapping_dealloc(PyObject *self)
{
    MappingObject *mapping = (MappingObject *)self;
    if (mapping->data)
#ifdef _WIN32
        UnmapViewOfFile(mapping->data);
#else
        munmap((void *)mapping->data, mapping->size);
#endif
    free_object(self);
}

static PyObject *mapping_read(PyObject *self, PyObject *args)
{
    MappingObject *mapping = (MappingObject *)self;
    Py_ssize_t start, size;
    if (!PyArg_ParseTuple(args, "nn:read", &start, &size))
        return NULL;
    if (start < 0 || size < 0 || (size_t)start > mapping->size || (size_t)size > mapping->size - (size_t)start) {
        PyErr_SetString(PyExc_ValueError, "range lies outside the file");
        return NULL;
    }
    return PyBytes_FromStringAndSize(mapping->data + start, size);
}

static Py_ssize_t mapping_length(PyObject *self)
{
    return (Py_ssize_t)((MappingObject *)self)->size;
}

static PyMethodDef mapping_methods[] = {
    {"read", mapping_read, METH_VARARGS, "read(start, size) -> bytes"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot mapping_slots[] = {
    {Py_tp_new, mapping_new},
    {Py_tp_dealloc, mapping_dealloc},
    {Py_tp_methods, mapping_methods},
    {Py_sq_length, mapping_length},
    {Py_tp_doc, "Mapping(path: str): a file mapped into memory, read only."},
    {0, NULL},
};

PyType_Spec mapping_spec = {"cnlp._kernel.native.Mapping", sizeof(MappingObject), 0, Py_TPFLAGS_DEFAULT, mapping_slots};
