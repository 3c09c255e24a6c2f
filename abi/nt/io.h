/*
 * NT I/O: constants and information classes of files, directories, volumes, pipes (ntifs.h, wdm.h,
 * winternl.h).
 */
#ifndef ABI_NT_IO_H
#define ABI_NT_IO_H

#include "abi/nt/types.h"
#include "abi/nt/winnt.h"

#ifndef _WIN32 /* winnt.h has them */

/* NtCreateFile: CreateDisposition */
#define FILE_SUPERSEDE 0u
#define FILE_OPEN 1u
#define FILE_CREATE 2u
#define FILE_OPEN_IF 3u
#define FILE_OVERWRITE 4u
#define FILE_OVERWRITE_IF 5u

/* NtCreateFile: CreateOptions */
#define FILE_DIRECTORY_FILE 0x00000001u
#define FILE_WRITE_THROUGH 0x00000002u
#define FILE_SEQUENTIAL_ONLY 0x00000004u
#define FILE_NO_INTERMEDIATE_BUFFERING 0x00000008u
#define FILE_SYNCHRONOUS_IO_ALERT 0x00000010u
#define FILE_SYNCHRONOUS_IO_NONALERT 0x00000020u
#define FILE_NON_DIRECTORY_FILE 0x00000040u
#define FILE_CREATE_TREE_CONNECTION 0x00000080u
#define FILE_COMPLETE_IF_OPLOCKED 0x00000100u
#define FILE_NO_EA_KNOWLEDGE 0x00000200u
#define FILE_RANDOM_ACCESS 0x00000800u
#define FILE_DELETE_ON_CLOSE 0x00001000u
#define FILE_OPEN_BY_FILE_ID 0x00002000u
#define FILE_OPEN_FOR_BACKUP_INTENT 0x00004000u
#define FILE_NO_COMPRESSION 0x00008000u
#define FILE_OPEN_REQUIRING_OPLOCK 0x00010000u
#define FILE_RESERVE_OPFILTER 0x00100000u
#define FILE_OPEN_REPARSE_POINT 0x00200000u
#define FILE_OPEN_NO_RECALL 0x00400000u

#endif

/* IO_STATUS_BLOCK.Information after NtCreateFile */
#define FILE_SUPERSEDED 0
#define FILE_OPENED 1
#define FILE_CREATED 2
#define FILE_OVERWRITTEN 3
#define FILE_EXISTS 4
#define FILE_DOES_NOT_EXIST 5

/* Special byte offsets of NtReadFile, NtWriteFile (HighPart -1) */
#define FILE_WRITE_TO_END_OF_FILE 0xffffffffu
#define FILE_USE_FILE_POINTER_POSITION 0xfffffffeu

/* FILE_INFORMATION_CLASS; MinGW's minwinbase.h has another enumeration with other names */
enum {
    FileDirectoryInformation = 1,
    FileFullDirectoryInformation = 2,
    FileBothDirectoryInformation = 3,
    FileBasicInformation = 4,
    FileStandardInformation = 5,
    FileInternalInformation = 6,
    FileEaInformation = 7,
    FileAccessInformation = 8,
    FileNameInformation = 9,
    FileRenameInformation = 10,
    FileLinkInformation = 11,
    FileNamesInformation = 12,
    FileDispositionInformation = 13,
    FilePositionInformation = 14,
    FileFullEaInformation = 15,
    FileModeInformation = 16,
    FileAlignmentInformation = 17,
    FileAllInformation = 18,
    FileAllocationInformation = 19,
    FileEndOfFileInformation = 20,
    FileAlternateNameInformation = 21,
    FileStreamInformation = 22,
    FilePipeInformation = 23,
    FilePipeLocalInformation = 24,
    FilePipeRemoteInformation = 25,
    FileMailslotQueryInformation = 26,
    FileMailslotSetInformation = 27,
    FileCompressionInformation = 28,
    FileObjectIdInformation = 29,
    FileCompletionInformation = 30,
    FileMoveClusterInformation = 31,
    FileQuotaInformation = 32,
    FileReparsePointInformation = 33,
    FileNetworkOpenInformation = 34,
    FileAttributeTagInformation = 35,
    FileTrackingInformation = 36,
    FileIdBothDirectoryInformation = 37,
    FileIdFullDirectoryInformation = 38,
    FileValidDataLengthInformation = 39,
    FileShortNameInformation = 40,
    FileIoCompletionNotificationInformation = 41,
    FileIoStatusBlockRangeInformation = 42,
    FileIoPriorityHintInformation = 43,
    FileSfioReserveInformation = 44,
    FileHardLinkInformation = 46,
    FileProcessIdsUsingFileInformation = 47,
    FileNormalizedNameInformation = 48,
    FileNetworkPhysicalNameInformation = 49,
    FileIdGlobalTxDirectoryInformation = 50,
    FileIsRemoteDeviceInformation = 51,
    FileStandardLinkInformation = 54,
    FileRemoteProtocolInformation = 55,
    FileReplaceCompletionInformation = 61,
    FileHardLinkFullIdInformation = 62,
    FileIdExtdDirectoryInformation = 60,
    FileDispositionInformationEx = 64,
    FileRenameInformationEx = 65,
    FileDesiredStorageClassInformation = 67,
    FileStatInformation = 68,
    FileStatLxInformation = 70,
    FileCaseSensitiveInformation = 71,
    FileLinkInformationEx = 72,
    FileStorageReserveIdInformation = 74,
    FileIdInformation = 59,
};

/* FS_INFORMATION_CLASS */
enum {
    FileFsVolumeInformation = 1,
    FileFsLabelInformation = 2,
    FileFsSizeInformation = 3,
    FileFsDeviceInformation = 4,
    FileFsAttributeInformation = 5,
    FileFsControlInformation = 6,
    FileFsFullSizeInformation = 7,
    FileFsObjectIdInformation = 8,
    FileFsDriverPathInformation = 9,
    FileFsVolumeFlagsInformation = 10,
    FileFsSectorSizeInformation = 11,
};

typedef struct FILE_BASIC_INFORMATION {
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    ULONG FileAttributes;
} FILE_BASIC_INFORMATION;

typedef struct FILE_STANDARD_INFORMATION {
    LARGE_INTEGER AllocationSize, EndOfFile;
    ULONG NumberOfLinks;
    BOOLEAN DeletePending, Directory;
} FILE_STANDARD_INFORMATION;

typedef struct FILE_INTERNAL_INFORMATION {
    LARGE_INTEGER IndexNumber;
} FILE_INTERNAL_INFORMATION;

typedef struct FILE_EA_INFORMATION {
    ULONG EaSize;
} FILE_EA_INFORMATION;

typedef struct FILE_ACCESS_INFORMATION {
    ACCESS_MASK AccessFlags;
} FILE_ACCESS_INFORMATION;

typedef struct FILE_POSITION_INFORMATION {
    LARGE_INTEGER CurrentByteOffset;
} FILE_POSITION_INFORMATION;

typedef struct FILE_MODE_INFORMATION {
    ULONG Mode;
} FILE_MODE_INFORMATION;

typedef struct FILE_ALIGNMENT_INFORMATION {
    ULONG AlignmentRequirement;
} FILE_ALIGNMENT_INFORMATION;

typedef struct FILE_NAME_INFORMATION {
    ULONG FileNameLength; /* bytes */
    WCHAR FileName[1];
} FILE_NAME_INFORMATION;

typedef struct FILE_ALL_INFORMATION {
    FILE_BASIC_INFORMATION BasicInformation;
    FILE_STANDARD_INFORMATION StandardInformation;
    FILE_INTERNAL_INFORMATION InternalInformation;
    FILE_EA_INFORMATION EaInformation;
    FILE_ACCESS_INFORMATION AccessInformation;
    FILE_POSITION_INFORMATION PositionInformation;
    FILE_MODE_INFORMATION ModeInformation;
    FILE_ALIGNMENT_INFORMATION AlignmentInformation;
    FILE_NAME_INFORMATION NameInformation;
} FILE_ALL_INFORMATION;

/* FileRenameInformation(Ex) and FileLinkInformation(Ex) share this layout */
typedef struct FILE_RENAME_INFORMATION {
    union {
        BOOLEAN ReplaceIfExists;
        ULONG Flags; /* FILE_RENAME_* of the Ex class */
    };
    HANDLE RootDirectory;
    ULONG FileNameLength; /* bytes */
    WCHAR FileName[1];
} FILE_RENAME_INFORMATION, FILE_LINK_INFORMATION;

#define FILE_RENAME_REPLACE_IF_EXISTS 0x01u
#define FILE_RENAME_POSIX_SEMANTICS 0x02u
#define FILE_RENAME_IGNORE_READONLY_ATTRIBUTE 0x40u

typedef struct FILE_DISPOSITION_INFORMATION {
    BOOLEAN DoDeleteFile;
} FILE_DISPOSITION_INFORMATION;

typedef struct FILE_DISPOSITION_INFORMATION_EX {
    ULONG Flags;
} FILE_DISPOSITION_INFORMATION_EX;

#ifndef FILE_DISPOSITION_DELETE
#define FILE_DISPOSITION_DELETE 0x01u
#define FILE_DISPOSITION_POSIX_SEMANTICS 0x02u
#define FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK 0x04u
#define FILE_DISPOSITION_ON_CLOSE 0x08u
#endif
#define FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE 0x10u

typedef struct FILE_ALLOCATION_INFORMATION {
    LARGE_INTEGER AllocationSize;
} FILE_ALLOCATION_INFORMATION;

typedef struct FILE_END_OF_FILE_INFORMATION {
    LARGE_INTEGER EndOfFile;
} FILE_END_OF_FILE_INFORMATION;

typedef struct FILE_STREAM_INFORMATION {
    ULONG NextEntryOffset;
    ULONG StreamNameLength;
    LARGE_INTEGER StreamSize, StreamAllocationSize;
    WCHAR StreamName[1];
} FILE_STREAM_INFORMATION;

typedef struct FILE_PIPE_INFORMATION {
    ULONG ReadMode, CompletionMode;
} FILE_PIPE_INFORMATION;

typedef struct FILE_PIPE_LOCAL_INFORMATION {
    ULONG NamedPipeType, NamedPipeConfiguration;
    ULONG MaximumInstances, CurrentInstances;
    ULONG InboundQuota, ReadDataAvailable, OutboundQuota, WriteQuotaAvailable;
    ULONG NamedPipeState, NamedPipeEnd;
} FILE_PIPE_LOCAL_INFORMATION;

typedef struct FILE_COMPRESSION_INFORMATION {
    LARGE_INTEGER CompressedFileSize;
    USHORT CompressionFormat;
    UCHAR CompressionUnitShift, ChunkShift, ClusterShift, Reserved[3];
} FILE_COMPRESSION_INFORMATION;

typedef struct FILE_COMPLETION_INFORMATION {
    HANDLE Port;
    PVOID Key;
} FILE_COMPLETION_INFORMATION;

typedef struct FILE_NETWORK_OPEN_INFORMATION {
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    LARGE_INTEGER AllocationSize, EndOfFile;
    ULONG FileAttributes;
} FILE_NETWORK_OPEN_INFORMATION;

typedef struct FILE_ATTRIBUTE_TAG_INFORMATION {
    ULONG FileAttributes, ReparseTag;
} FILE_ATTRIBUTE_TAG_INFORMATION;

typedef struct FILE_IO_COMPLETION_NOTIFICATION_INFORMATION {
    ULONG Flags;
} FILE_IO_COMPLETION_NOTIFICATION_INFORMATION;

typedef struct FILE_ID_INFORMATION {
    ULONGLONG VolumeSerialNumber;
    UCHAR FileId[16];
} FILE_ID_INFORMATION;

typedef struct FILE_CASE_SENSITIVE_INFORMATION {
    ULONG Flags;
} FILE_CASE_SENSITIVE_INFORMATION;

typedef struct FILE_STAT_INFORMATION {
    LARGE_INTEGER FileId;
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    LARGE_INTEGER AllocationSize, EndOfFile;
    ULONG FileAttributes, ReparseTag, NumberOfLinks;
    ACCESS_MASK EffectiveAccess;
} FILE_STAT_INFORMATION;

/* Directory enumeration: the names follow the fixed parts */
typedef struct FILE_DIRECTORY_INFORMATION {
    ULONG NextEntryOffset, FileIndex;
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    LARGE_INTEGER EndOfFile, AllocationSize;
    ULONG FileAttributes, FileNameLength;
    WCHAR FileName[1];
} FILE_DIRECTORY_INFORMATION;

typedef struct FILE_FULL_DIR_INFORMATION {
    ULONG NextEntryOffset, FileIndex;
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    LARGE_INTEGER EndOfFile, AllocationSize;
    ULONG FileAttributes, FileNameLength, EaSize;
    WCHAR FileName[1];
} FILE_FULL_DIR_INFORMATION;

typedef struct FILE_BOTH_DIR_INFORMATION {
    ULONG NextEntryOffset, FileIndex;
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    LARGE_INTEGER EndOfFile, AllocationSize;
    ULONG FileAttributes, FileNameLength, EaSize;
    CCHAR ShortNameLength; /* bytes */
    WCHAR ShortName[12];
    WCHAR FileName[1];
} FILE_BOTH_DIR_INFORMATION;

typedef struct FILE_ID_BOTH_DIR_INFORMATION {
    ULONG NextEntryOffset, FileIndex;
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    LARGE_INTEGER EndOfFile, AllocationSize;
    ULONG FileAttributes, FileNameLength, EaSize;
    CCHAR ShortNameLength;
    WCHAR ShortName[12];
    LARGE_INTEGER FileId;
    WCHAR FileName[1];
} FILE_ID_BOTH_DIR_INFORMATION;

typedef struct FILE_ID_FULL_DIR_INFORMATION {
    ULONG NextEntryOffset, FileIndex;
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    LARGE_INTEGER EndOfFile, AllocationSize;
    ULONG FileAttributes, FileNameLength, EaSize;
    LARGE_INTEGER FileId;
    WCHAR FileName[1];
} FILE_ID_FULL_DIR_INFORMATION;

typedef struct FILE_ID_EXTD_DIR_INFORMATION {
    ULONG NextEntryOffset, FileIndex;
    LARGE_INTEGER CreationTime, LastAccessTime, LastWriteTime, ChangeTime;
    LARGE_INTEGER EndOfFile, AllocationSize;
    ULONG FileAttributes, FileNameLength, EaSize, ReparsePointTag;
    UCHAR FileId[16];
    WCHAR FileName[1];
} FILE_ID_EXTD_DIR_INFORMATION;

typedef struct FILE_NAMES_INFORMATION {
    ULONG NextEntryOffset, FileIndex, FileNameLength;
    WCHAR FileName[1];
} FILE_NAMES_INFORMATION;

/* Volumes */
typedef struct FILE_FS_VOLUME_INFORMATION {
    LARGE_INTEGER VolumeCreationTime;
    ULONG VolumeSerialNumber, VolumeLabelLength;
    BOOLEAN SupportsObjects;
    WCHAR VolumeLabel[1];
} FILE_FS_VOLUME_INFORMATION;

typedef struct FILE_FS_SIZE_INFORMATION {
    LARGE_INTEGER TotalAllocationUnits, AvailableAllocationUnits;
    ULONG SectorsPerAllocationUnit, BytesPerSector;
} FILE_FS_SIZE_INFORMATION;

typedef struct FILE_FS_FULL_SIZE_INFORMATION {
    LARGE_INTEGER TotalAllocationUnits, CallerAvailableAllocationUnits;
    LARGE_INTEGER ActualAvailableAllocationUnits;
    ULONG SectorsPerAllocationUnit, BytesPerSector;
} FILE_FS_FULL_SIZE_INFORMATION;

typedef struct FILE_FS_DEVICE_INFORMATION {
    ULONG DeviceType, Characteristics;
} FILE_FS_DEVICE_INFORMATION;

typedef struct FILE_FS_ATTRIBUTE_INFORMATION {
    ULONG FileSystemAttributes;
    LONG MaximumComponentNameLength;
    ULONG FileSystemNameLength;
    WCHAR FileSystemName[1];
} FILE_FS_ATTRIBUTE_INFORMATION;

#define NT_FILE_DEVICE_CD_ROM 0x02u
#define NT_FILE_DEVICE_DISK 0x07u
#define NT_FILE_DEVICE_NAMED_PIPE 0x11u
#define NT_FILE_DEVICE_NULL 0x15u
#define NT_FILE_DEVICE_UNKNOWN 0x22u
#define NT_FILE_DEVICE_NETWORK 0x12u
#define NT_FILE_DEVICE_KSEC 0x39u
#define NT_FILE_DEVICE_CONSOLE 0x50u

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(FILE_BASIC_INFORMATION) == 40, "FILE_BASIC_INFORMATION");
_Static_assert(sizeof(FILE_STANDARD_INFORMATION) == 24, "FILE_STANDARD_INFORMATION");
_Static_assert(sizeof(FILE_ALL_INFORMATION) == 104, "FILE_ALL_INFORMATION");
_Static_assert(offsetof(FILE_RENAME_INFORMATION, FileName) == 20, "FILE_RENAME_INFORMATION");
_Static_assert(offsetof(FILE_BOTH_DIR_INFORMATION, FileName) == 94, "FILE_BOTH_DIR_INFORMATION");
_Static_assert(offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName) == 104, "FILE_ID_BOTH_DIR");
_Static_assert(offsetof(FILE_ID_FULL_DIR_INFORMATION, FileName) == 80, "FILE_ID_FULL_DIR");
_Static_assert(offsetof(FILE_ID_EXTD_DIR_INFORMATION, FileName) == 88, "FILE_ID_EXTD_DIR");
_Static_assert(sizeof(FILE_NETWORK_OPEN_INFORMATION) == 56, "FILE_NETWORK_OPEN_INFORMATION");
#endif

/* Named pipes (ntifs.h) */
#define FILE_PIPE_BYTE_STREAM_TYPE 0u
#define FILE_PIPE_MESSAGE_TYPE 1u
#define FILE_PIPE_BYTE_STREAM_MODE 0u
#define FILE_PIPE_MESSAGE_MODE 1u
#define FILE_PIPE_QUEUE_OPERATION 0u
#define FILE_PIPE_COMPLETE_OPERATION 1u
#define FILE_PIPE_INBOUND 0u
#define FILE_PIPE_OUTBOUND 1u
#define FILE_PIPE_FULL_DUPLEX 2u
#define FILE_PIPE_DISCONNECTED_STATE 1u
#define FILE_PIPE_LISTENING_STATE 2u
#define FILE_PIPE_CONNECTED_STATE 3u
#define FILE_PIPE_CLOSING_STATE 4u
#define FILE_PIPE_CLIENT_END 0u
#define FILE_PIPE_SERVER_END 1u

#define NT_FSCTL_PIPE_DISCONNECT 0x00110004u
#define NT_FSCTL_PIPE_LISTEN 0x00110008u
#define NT_FSCTL_PIPE_PEEK 0x0011400cu
#define NT_FSCTL_PIPE_WAIT 0x00110018u
#define NT_FSCTL_PIPE_IMPERSONATE 0x0011001cu
#define NT_FSCTL_PIPE_TRANSCEIVE 0x0011c017u
#define NT_FSCTL_SET_REPARSE_POINT 0x000900a4u
#define NT_FSCTL_GET_REPARSE_POINT 0x000900a8u
#define NT_FSCTL_DELETE_REPARSE_POINT 0x000900acu
#define NT_FSCTL_SET_SPARSE 0x000900c4u
#define NT_FSCTL_SET_ZERO_DATA 0x000980c8u
#define NT_FSCTL_QUERY_ALLOCATED_RANGES 0x000940cfu
#define NT_FSCTL_GET_COMPRESSION 0x0009003cu
#define NT_FSCTL_SET_COMPRESSION 0x0009c040u
#define NT_FSCTL_IS_VOLUME_MOUNTED 0x00090028u

/* IOCTL_CONDRV: see abi/nt/console.h */

typedef VOID(
#ifdef _WIN32
    NTAPI
#endif
        *PIO_APC_ROUTINE)(PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock, ULONG Reserved);

#endif
