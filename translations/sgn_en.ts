<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Attention</name>
    <message numerus="yes">
        <source>%n restart(s)</source>
        <translation>
            <numerusform>%n restart</numerusform>
            <numerusform>%n restarts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DeadScreen</name>
    <message numerus="yes">
        <source>%n process(es) not running for more than a minute</source>
        <translation>
            <numerusform>%n process not running for more than a minute</numerusform>
            <numerusform>%n processes not running for more than a minute</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FleetScreen</name>
    <message numerus="yes">
        <source>%n device(s)</source>
        <translation>
            <numerusform>%n device</numerusform>
            <numerusform>%n devices</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reboot %n device(s)?</source>
        <translation>
            <numerusform>Reboot %n device?</numerusform>
            <numerusform>Reboot %n devices?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n device(s) from the fleet?</source>
        <translation>
            <numerusform>Remove %n device from the fleet?</numerusform>
            <numerusform>Remove %n devices from the fleet?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportFields</name>
    <message numerus="yes">
        <source>%n line(s) can&apos;t be taken; the others are.</source>
        <translation>
            <numerusform>%n line can&apos;t be taken; the others are.</numerusform>
            <numerusform>%n lines can&apos;t be taken; the others are.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NewUpdateDialog</name>
    <message numerus="yes">
        <source>Send to %n device(s)</source>
        <translation>
            <numerusform>Send to %n device</numerusform>
            <numerusform>Send to %n devices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NewcomersScreen</name>
    <message numerus="yes">
        <source>%n account(s) wait to be accepted; nothing is sent to them before</source>
        <translation>
            <numerusform>%n account waits to be accepted; nothing is sent to it before</numerusform>
            <numerusform>%n accounts wait to be accepted; nothing is sent to them before</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Rollout</name>
    <message numerus="yes">
        <source>%n chosen device(s)</source>
        <translation>
            <numerusform>%n chosen device</numerusform>
            <numerusform>%n chosen devices</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n at the same time</source>
        <translation>
            <numerusform>%n at a time</numerusform>
            <numerusform>%n at the same time</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RolloutsScreen</name>
    <message numerus="yes">
        <source>%n rollout(s)</source>
        <translation>
            <numerusform>%n rollout</numerusform>
            <numerusform>%n rollouts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n device(s) get their previous release back at once. The rollout is cancelled.</source>
        <translation>
            <numerusform>%n device gets its previous release back at once. The rollout is cancelled.</numerusform>
            <numerusform>%n devices get their previous release back at once. The rollout is cancelled.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SelectionBar</name>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n selected</numerusform>
            <numerusform>%n selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SettingsScreen</name>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TagDialog</name>
    <message numerus="yes">
        <source>Tags of %n device(s)</source>
        <translation>
            <numerusform>Tags of %n device</numerusform>
            <numerusform>Tags of %n devices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UpdatesScreen</name>
    <message numerus="yes">
        <source>%n update(s)</source>
        <translation>
            <numerusform>%n update</numerusform>
            <numerusform>%n updates</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>VersionRow</name>
    <message numerus="yes">
        <source>%1 version %2: %n device(s)</source>
        <translation>
            <numerusform>%1 version %2: %n device</numerusform>
            <numerusform>%1 version %2: %n devices</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n device(s)</source>
        <translation>
            <numerusform>%n device</numerusform>
            <numerusform>%n devices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::DeviceDetails</name>
    <message numerus="yes">
        <source>%n process(es) for which the report had no room</source>
        <translation>
            <numerusform>%n process for which the report had no room</numerusform>
            <numerusform>%n processes for which the report had no room</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::DeviceProcessModel</name>
    <message numerus="yes">
        <source>%n restart(s) in 24 h</source>
        <translation>
            <numerusform>%n restart in 24 h</numerusform>
            <numerusform>%n restarts in 24 h</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::ImportForm</name>
    <message numerus="yes">
        <source>%n device(s) in the list:</source>
        <translation>
            <numerusform>%n device in the list:</numerusform>
            <numerusform>%n devices in the list:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n become(s) a device of the fleet</source>
        <translation>
            <numerusform>%n becomes a device of the fleet</numerusform>
            <numerusform>%n become devices of the fleet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n get(s) another name or other tags</source>
        <translation>
            <numerusform>%n gets another name or other tags</numerusform>
            <numerusform>%n get another name or other tags</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n get(s) other fields or notes</source>
        <translation>
            <numerusform>%n gets other fields or notes</numerusform>
            <numerusform>%n get other fields or notes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay(s) as they are</source>
        <translation>
            <numerusform>%n stays as it is</numerusform>
            <numerusform>%n stay as they are</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Imported %n device(s).</source>
        <translation>
            <numerusform>Imported %n device.</numerusform>
            <numerusform>Imported %n devices.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::NewUpdate</name>
    <message numerus="yes">
        <source>%1 · %n file(s) · %2</source>
        <translation>
            <numerusform>%1 · %n file · %2</numerusform>
            <numerusform>%1 · %n files · %2</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::RolloutDetails</name>
    <message numerus="yes">
        <source>%n device(s) were sent the release before and go on with it. Cancel stops those that haven&apos;t exchanged it yet.</source>
        <translation>
            <numerusform>%n device was sent the release before and goes on with it. Cancel stops it unless it has exchanged it.</numerusform>
            <numerusform>%n devices were sent the release before and go on with it. Cancel stops those that haven&apos;t exchanged it yet.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::RolloutListModel</name>
    <message numerus="yes">
        <source>, %n failed</source>
        <translation>
            <numerusform>, %n failed</numerusform>
            <numerusform>, %n failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::TagForm</name>
    <message numerus="yes">
        <source>Tags of %n device(s) changed.</source>
        <translation>
            <numerusform>Tags of %n device changed.</numerusform>
            <numerusform>Tags of %n devices changed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::UpdateDetails</name>
    <message numerus="yes">
        <source>%n done</source>
        <translation>
            <numerusform>%n done</numerusform>
            <numerusform>%n done</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n running</numerusform>
            <numerusform>%n running</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n waiting</numerusform>
            <numerusform>%n waiting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::UpdateListModel</name>
    <message numerus="yes">
        <source>, %n failed</source>
        <translation>
            <numerusform>, %n failed</numerusform>
            <numerusform>, %n failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>done on %n device(s)</source>
        <translation>
            <numerusform>done on %n device</numerusform>
            <numerusform>done on %n devices</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::Workspace</name>
    <message numerus="yes">
        <source>Asked %n device(s) for versions.</source>
        <translation>
            <numerusform>Asked %n device for versions.</numerusform>
            <numerusform>Asked %n devices for versions.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n is offline and will be asked when it comes back.</source>
        <translation>
            <numerusform>%n is offline and will be asked when it comes back.</numerusform>
            <numerusform>%n are offline and will be asked when they come back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Asked %n device(s) for logs.</source>
        <translation>
            <numerusform>Asked %n device for logs.</numerusform>
            <numerusform>Asked %n devices for logs.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Asked to restart %n process(es).</source>
        <translation>
            <numerusform>Asked to restart %n process.</numerusform>
            <numerusform>Asked to restart %n processes.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Asked %n device(s) to reboot.</source>
        <translation>
            <numerusform>Asked %n device to reboot.</numerusform>
            <numerusform>Asked %n devices to reboot.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Removed %n device(s) from the fleet.</source>
        <translation>
            <numerusform>Removed %n device from the fleet.</numerusform>
            <numerusform>Removed %n devices from the fleet.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accepted %n new device(s).</source>
        <translation>
            <numerusform>Accepted %n new device.</numerusform>
            <numerusform>Accepted %n new devices.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Refused %n account(s). They are listed again if they show up again.</source>
        <translation>
            <numerusform>Refused %n account. It is listed again if it shows up again.</numerusform>
            <numerusform>Refused %n accounts. They are listed again if they show up again.</numerusform>
        </translation>
    </message>
</context>
</TS>
