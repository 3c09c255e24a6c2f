/*
 * RTL_AVL_TABLE: balanced trees with the caller's comparison and memory. The root hangs as the right
 * child of BalancedRoot, whose Parent is itself; an element's data follow its links.
 */
#include "rtl_private.h"

typedef RTL_BALANCED_LINKS node_t;

#define DATA_OFFSET sizeof(node_t)

static inline PVOID data_of(node_t *n)
{
    return (UCHAR *)n + DATA_OFFSET;
}

static inline node_t *root_of(PRTL_AVL_TABLE t)
{
    return t->BalancedRoot.RightChild;
}

static inline node_t **link_to(node_t *n)
{
    return n->Parent->LeftChild == n ? &n->Parent->LeftChild : &n->Parent->RightChild;
}

VOID NTAPI RtlInitializeGenericTableAvl(PRTL_AVL_TABLE table, PRTL_AVL_COMPARE_ROUTINE compare,
                                        PRTL_AVL_ALLOCATE_ROUTINE allocate,
                                        PRTL_AVL_FREE_ROUTINE free, PVOID context)
{
    memset(table, 0, sizeof(*table));
    table->BalancedRoot.Parent = &table->BalancedRoot;
    table->CompareRoutine = compare;
    table->AllocateRoutine = allocate;
    table->FreeRoutine = free;
    table->TableContext = context;
}

static TABLE_SEARCH_RESULT search(PRTL_AVL_TABLE t, PVOID buffer, node_t **where)
{
    node_t *n = root_of(t);

    *where = NULL;
    if (!n)
        return TableEmptyTree;
    for (;;) {
        RTL_GENERIC_COMPARE_RESULTS order = t->CompareRoutine(t, buffer, data_of(n));

        *where = n;
        if (order == GenericEqual)
            return TableFoundNode;
        if (order == GenericLessThan) {
            if (!n->LeftChild)
                return TableInsertAsLeft;
            n = n->LeftChild;
        } else {
            if (!n->RightChild)
                return TableInsertAsRight;
            n = n->RightChild;
        }
    }
}

/* Rotates the child on the given side up into its parent's place; balances are the caller's. */
static void rotate(node_t *parent, BOOLEAN right_child)
{
    node_t **link = link_to(parent);
    node_t *child = right_child ? parent->RightChild : parent->LeftChild;
    node_t **inner = right_child ? &child->LeftChild : &child->RightChild;

    if (right_child)
        parent->RightChild = *inner;
    else
        parent->LeftChild = *inner;
    if (*inner)
        (*inner)->Parent = parent;
    *inner = parent;
    child->Parent = parent->Parent;
    parent->Parent = child;
    *link = child;
}

/* `n` leans two to the side (+1 right, -1 left). Returns the new top of the subtree. */
static node_t *rebalance(node_t *n, CHAR side)
{
    node_t *child = side > 0 ? n->RightChild : n->LeftChild, *inner;

    if (child->Balance != -side) { /* one rotation */
        rotate(n, side > 0);
        n->Balance = child->Balance ? 0 : side;
        child->Balance = child->Balance ? 0 : (CHAR)-side;
        return child;
    }
    inner = side > 0 ? child->LeftChild : child->RightChild;
    rotate(child, side < 0);
    rotate(n, side > 0);
    n->Balance = inner->Balance == side ? (CHAR)-side : 0;
    child->Balance = inner->Balance == -side ? side : 0;
    inner->Balance = 0;
    return inner;
}

PVOID NTAPI RtlLookupElementGenericTableFullAvl(PRTL_AVL_TABLE table, PVOID buffer, PVOID *node,
                                                TABLE_SEARCH_RESULT *result)
{
    *result = search(table, buffer, (node_t **)node);
    return *result == TableFoundNode ? data_of(*node) : NULL;
}

PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer)
{
    TABLE_SEARCH_RESULT result;
    PVOID node;

    return RtlLookupElementGenericTableFullAvl(table, buffer, &node, &result);
}

PVOID NTAPI RtlInsertElementGenericTableFullAvl(PRTL_AVL_TABLE table, PVOID buffer, ULONG bytes,
                                                PBOOLEAN inserted, PVOID where,
                                                TABLE_SEARCH_RESULT result)
{
    node_t *parent = where, *n;

    if (inserted)
        *inserted = FALSE;
    if (result == TableFoundNode)
        return data_of(parent);
    n = table->AllocateRoutine(table, (LONG)(bytes + DATA_OFFSET));
    if (!n)
        return NULL;
    memset(n, 0, sizeof(*n));
    memcpy(data_of(n), buffer, bytes);
    table->NumberGenericTableElements++;
    table->OrderedPointer = NULL;
    table->WhichOrderedElement = 0;
    if (inserted)
        *inserted = TRUE;
    if (result == TableEmptyTree) {
        n->Parent = &table->BalancedRoot;
        table->BalancedRoot.RightChild = n;
        table->DepthOfTree = 1;
        return data_of(n);
    }
    n->Parent = parent;
    if (result == TableInsertAsLeft)
        parent->LeftChild = n;
    else
        parent->RightChild = n;
    for (node_t *child = n;; child = parent, parent = parent->Parent) {
        CHAR side = parent->LeftChild == child ? -1 : 1;

        if (parent == &table->BalancedRoot) {
            table->DepthOfTree++;
            break;
        }
        if (parent->Balance == -side) {
            parent->Balance = 0;
            break;
        }
        if (parent->Balance == side) {
            rebalance(parent, side);
            break;
        }
        parent->Balance = side;
    }
    return data_of(n);
}

PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer, ULONG bytes,
                                            PBOOLEAN inserted)
{
    node_t *where;
    TABLE_SEARCH_RESULT result = search(table, buffer, &where);

    return RtlInsertElementGenericTableFullAvl(table, buffer, bytes, inserted, where, result);
}

static node_t *leftmost(node_t *n)
{
    while (n && n->LeftChild)
        n = n->LeftChild;
    return n;
}

static node_t *successor(PRTL_AVL_TABLE t, node_t *n)
{
    if (n->RightChild)
        return leftmost(n->RightChild);
    while (n->Parent != &t->BalancedRoot && n->Parent->RightChild == n)
        n = n->Parent;
    return n->Parent == &t->BalancedRoot ? NULL : n->Parent;
}

static void unlink_node(PRTL_AVL_TABLE t, node_t *n)
{
    node_t *child, *parent;
    CHAR side;

    if (n->LeftChild && n->RightChild) { /* its successor takes its place */
        node_t *s = leftmost(n->RightChild), copy = *s;

        /* exchange the two nodes' places, then take n out of the lower one */
        *link_to(n) = s;
        s->Parent = n->Parent;
        s->LeftChild = n->LeftChild;
        s->LeftChild->Parent = s;
        s->Balance = n->Balance;
        if (n->RightChild == s) {
            s->RightChild = n;
            n->Parent = s;
        } else {
            s->RightChild = n->RightChild;
            s->RightChild->Parent = s;
            copy.Parent->LeftChild = n;
            n->Parent = copy.Parent;
        }
        n->LeftChild = NULL;
        n->RightChild = copy.RightChild;
        if (n->RightChild)
            n->RightChild->Parent = n;
    }
    child = n->LeftChild ? n->LeftChild : n->RightChild;
    parent = n->Parent;
    side = parent->LeftChild == n ? -1 : 1;
    *link_to(n) = child;
    if (child)
        child->Parent = parent;
    while (parent != &t->BalancedRoot) { /* the subtree on `side` has become lower */
        if (parent->Balance == 0) {
            parent->Balance = (CHAR)-side;
            return;
        }
        if (parent->Balance == side) {
            parent->Balance = 0;
        } else {
            parent = rebalance(parent, (CHAR)-side);
            if (parent->Balance)
                return; /* as high as before */
        }
        side = parent->Parent->LeftChild == parent ? -1 : 1;
        parent = parent->Parent;
    }
    t->DepthOfTree--;
}

BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer)
{
    node_t *n;

    if (search(table, buffer, &n) != TableFoundNode)
        return FALSE;
    if (table->RestartKey == n) /* an enumeration goes on behind its predecessor */
        table->RestartKey = NULL;
    table->DeleteCount++;
    table->OrderedPointer = NULL;
    table->WhichOrderedElement = 0;
    unlink_node(table, n);
    table->NumberGenericTableElements--;
    table->FreeRoutine(table, n);
    return TRUE;
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE table, PVOID *restart)
{
    node_t *n = *restart ? successor(table, *restart) : leftmost(root_of(table));

    if (!n)
        return NULL;
    *restart = n;
    return data_of(n);
}

PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE table, BOOLEAN restart)
{
    if (restart)
        table->RestartKey = NULL;
    return RtlEnumerateGenericTableWithoutSplayingAvl(table, (PVOID *)&table->RestartKey);
}

PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE table, ULONG index)
{
    node_t *n;
    ULONG at;

    if (index >= table->NumberGenericTableElements)
        return NULL;
    /* usually asked for in order: go on from the last one */
    if (table->OrderedPointer && table->WhichOrderedElement <= index + 1) {
        n = table->OrderedPointer;
        at = table->WhichOrderedElement - 1;
    } else {
        n = leftmost(root_of(table));
        at = 0;
    }
    for (; at < index; at++)
        n = successor(table, n);
    table->OrderedPointer = n;
    table->WhichOrderedElement = index + 1;
    return data_of(n);
}

ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE table)
{
    return table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE table)
{
    return table->NumberGenericTableElements == 0;
}

/* The first in order of the elements that compare equal; *restart serves to enumerate from it. */
PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer,
                                                         PVOID *restart)
{
    node_t *n = root_of(table), *found = NULL;

    while (n) {
        RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, buffer, data_of(n));

        if (order == GenericEqual)
            found = n;
        n = order == GenericGreaterThan ? n->RightChild : n->LeftChild;
    }
    *restart = found;
    return found ? data_of(found) : NULL;
}
